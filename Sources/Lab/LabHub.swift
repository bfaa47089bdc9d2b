import Foundation
import Payments
import Simulation
import Uplink

/// The hub as a process of the lab, operated through its own command line.
package final class LabHub: Sendable {
    package let paths: LabPaths
    /// Where it is reached on loopback without TLS, for those who speak to it byte by byte.
    package let port: UInt16
    /// Where terminals reach it, over TLS.
    package let tlsPort: UInt16
    private let process: ServiceProcess

    /// - Parameters:
    ///   - port: `nil` takes a free one.
    ///   - certificateLifetime: of terminals' certificates, as in the configuration.
    package init(paths: LabPaths, port: UInt16? = nil, certificateLifetime: String = "90d") throws {
        self.paths = paths
        self.port = try port ?? LocalPorts.free()
        tlsPort = try LocalPorts.free()
        let yaml = """
            campus: "CampusTill lab 校园演示"
            listen: {host: 127.0.0.1, port: \(tlsPort), names: ["127.0.0.1"]}
            plain_listen: {host: 127.0.0.1, port: \(self.port)}
            certificates: {authority_file: "\(paths.folder)/hub/authority.pem", lifetime: \(certificateLifetime)}
            operator_socket: "\(paths.hubSocket)"
            database: "\(paths.folder)/hub/hub.sqlite"
            code_key_file: "\(paths.folder)/hub/code-key"
            unproven_cards_online: true
            purse: {tac_key_file: "\(paths.labKey)", load_key_file: "\(paths.labKey)"}
            """
        try yaml.write(toFile: paths.hubConfiguration, atomically: true, encoding: .utf8)
        process = ServiceProcess(
            executable: paths.program("till-hub"), arguments: ["serve", "--config", paths.hubConfiguration],
            logFile: paths.log("till-hub"))
    }

    package var isRunning: Bool { process.isRunning }

    /// Starts the hub and waits until operators reach it.
    ///
    /// - Parameter crash: the moment at which the hub is to end itself, for a debug build: ``CrashPoint``.
    package func start(crashAt crash: LabCrash? = nil) async throws {
        try await process.start(with: crash?.environment ?? [:])
        // It may be over before it answers.
        if crash != nil { return }
        try await process.waitUntil("the hub answers", within: LabCommand.patience) {
            LocalPorts.isListening(port) && LocalPorts.isListening(tlsPort)
                && FileManager.default.fileExists(atPath: paths.hubSocket)
        }
    }

    /// Adds `yaml`, whole lines at the top level, to the configuration; it counts from the next start.
    package func configure(_ yaml: String) throws {
        let present = try String(contentsOfFile: paths.hubConfiguration, encoding: .utf8)
        try "\(present)\n\(yaml)".write(toFile: paths.hubConfiguration, atomically: true, encoding: .utf8)
    }

    /// Ends the hub in order.
    package func stop() async { await process.terminate() }

    /// SIGKILL.
    package func kill() async { await process.kill() }

    // MARK: - What operators do

    package func addMerchant(_ merchant: String, name: String) async throws {
        _ = try await run("merchant", "add", merchant, "--name", name)
    }

    /// Registers the terminal and leaves its secret where the daemon reads it.
    package func registerTerminal(_ terminal: String, name: String, merchant: String) async throws {
        let secret = try await secret(registering: terminal, name: name, merchant: merchant)
        try paths.writePrivate(secret + "\n", to: paths.terminalSecret)
    }

    /// Registers the terminal and gives a way to the hub for it, without a daemon.
    func gateway(registering terminal: String, name: String, merchant: String) async throws -> HTTPHubGateway {
        let secret = try await secret(registering: terminal, name: name, merchant: merchant)
        guard let id = TerminalID(text: terminal), let address = HubAddress(text: "http://127.0.0.1:\(port)"),
            let secret = TerminalSecret(hex: secret)
        else { throw LabError("terminal \(terminal) cannot reach the hub") }
        return HTTPHubGateway(address: address, terminal: id, secret: secret, userAgent: "till-lab")
    }

    private func secret(registering terminal: String, name: String, merchant: String) async throws -> String {
        struct Credentials: Decodable { var secret: String }
        let credentials: Credentials = try await json(
            "terminal", "register", "--id", terminal, "--name", name, "--merchant", merchant)
        return credentials.secret
    }

    package func createAccount(_ account: String, name: String) async throws {
        _ = try await run("account", "create", account, "--name", name)
    }

    package func topUp(_ account: String, amount: String) async throws {
        _ = try await run("topup", account, amount, "--reference", "lab-\(account)-\(UUID().uuidString)")
    }

    package func issueCard(_ card: CardID, account: String) async throws {
        _ = try await run("card", "issue", card.text, "--account", account)
    }

    package func reportLost(_ card: CardID) async throws { _ = try await run("card", "lost", card.text) }

    package func reportFound(_ card: CardID) async throws { _ = try await run("card", "found", card.text) }

    /// Issues a code and leaves its picture at `image`.
    package func issueCode(account: String, image: String) async throws {
        _ = try await run("code", "issue", account, "--format", "png", "--output", image)
    }

    /// Issues a code and gives its digits, as a phone would hold them.
    ///
    /// - Parameter lifetime: how long it may be used, seconds, 1 to 120.
    package func issueCode(account: String, lifetime: Int = 60) async throws -> String {
        try await run("code", "issue", account, "--format", "text", "--lifetime", String(lifetime))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// An account in numbers.
    package struct AccountFigures: Decodable, Sendable {
        package var balanceFen: Int64
        package var heldFen: Int64

        package init(balanceFen: Int64, heldFen: Int64) {
            self.balanceFen = balanceFen
            self.heldFen = heldFen
        }
    }

    package func account(_ account: String) async throws -> AccountFigures {
        try await json("account", "show", account)
    }

    /// What the hub has of a terminal's journal.
    package struct TerminalFigures: Decodable, Sendable {
        package var records: Int64
        package var approvedCount: Int64
        package var approvedFen: Int64
        package var sequence: UInt64
        package var hash: String
    }

    package func terminal(_ terminal: String) async throws -> TerminalFigures {
        try await json("terminal", "show", terminal)
    }

    /// The result of checking the books.
    package struct BooksFigures: Decodable, Sendable {
        package var sound: Bool
        package var postings: Int64
        package var findings: [String]
    }

    package func checkBooks() async throws -> BooksFigures { try await json("books", "check") }

    /// The statement as people read it.
    package func statement(_ account: String) async throws -> String {
        try await run("account", "statement", account)
    }

    /// The purses as `till-hub purse list` prints them.
    package func purses() async throws -> String { try await run("purse", "list") }

    /// The number of exceptions that wait for a person.
    package func openExceptions() async throws -> Int {
        struct Page: Decodable {
            struct Entry: Decodable { var kind: String }
            var items: [Entry]
        }
        let page: Page = try await json("exception", "list")
        return page.items.count
    }

    func json<Answer: Decodable>(_ arguments: String...) async throws -> Answer { try await json(arguments) }

    func json<Answer: Decodable>(_ arguments: [String]) async throws -> Answer {
        let text = try await run(arguments + ["--json"])
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    func run(_ arguments: String...) async throws -> String { try await run(arguments) }

    /// Runs one command of `till-hub` and gives what it printed.
    private func run(_ arguments: [String]) async throws -> String {
        let result = try await LabCommand.run(
            paths.program("till-hub"), arguments + ["--socket", paths.hubSocket])
        guard result.status == 0 else {
            throw LabError("till-hub \(arguments.prefix(2).joined(separator: " ")): \(result.error)")
        }
        return result.output
    }
}
