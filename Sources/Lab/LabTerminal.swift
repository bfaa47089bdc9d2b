import ControlClient
import ControlProtocol
import Foundation
import Payments
import Simulation

/// Where a lab terminal has its purchase key.
package enum LabSecureModuleKind: Sendable {
    /// In the daemon.
    case soft
    /// In a simulated PSAM, in the virtual reader of that name.
    case psam(reader: String)

    fileprivate func yaml(_ paths: LabPaths) -> String {
        switch self {
        case .soft: "{kind: soft, key_file: \"\(paths.labKey)\"}"
        case .psam(let reader): "{kind: psam, reader: \"\(reader)\", application: \"1001\"}"
        }
    }
}

/// The daemon `tilld` as a process of the lab, with its configuration.
package final class LabTerminal: Sendable {
    package static let lane = "lane-1"

    package let paths: LabPaths
    package let client: ControlClient
    private let process: ServiceProcess

    /// - Parameters:
    ///   - hubPort: where the hub listens on loopback.
    ///   - tlsPort: where the hub listens for TLS; then the terminal is to be enrolled, and has no secret.
    ///   - tender: whose money pays on the campus's cards.
    ///   - secureModule: where the purchase key is.
    ///   - purse: more YAML for the campus's purse profile, lines of four spaces' indentation.
    ///   - profiles: YAML of more card profiles, tried after the campus's purse card; lines of a list, not indented.
    ///   - extra: more YAML at the top level of the configuration.
    package init(
        paths: LabPaths, terminal: String, merchant: String, hubPort: UInt16, pcscEnvironment: [String: String],
        readers: [String] = [PcscdInstance.readerNames[0]], tlsPort: UInt16? = nil, tender: Tender = .account,
        secureModule: LabSecureModuleKind = .soft, purse: String = "", profiles: String = "", extra: String = ""
    ) throws {
        self.paths = paths
        client = ControlClient(socketPath: paths.controlSocket)
        let lanes = readers.enumerated().map { index, reader in
            """
              - id: lane-\(index + 1)
                reader: "\(reader)"
            """
                + (index == 0 ? "\n    scanner: {device: \"\(paths.scannerDevice)\"}" : "")
        }
        let hub =
            tlsPort.map { "{url: \"https://127.0.0.1:\($0)\"}" }
            ?? "{url: \"http://127.0.0.1:\(hubPort)\", secret_file: \"\(paths.terminalSecret)\"}"
        let yaml = """
            terminal: {id: "\(terminal)", merchant: \(merchant)}
            state_directory: "\(paths.terminalState)"
            control_socket: "\(paths.controlSocket)"
            hub: \(hub)
            lanes:
            \(lanes.joined(separator: "\n"))
            card_profiles:
              - kind: purse
                name: campus-card
                application: "A00000000386980701"
                tender: \(tender.rawValue)
                load: {pin: true}
            \(purse)
            \(profiles)
            secure_module: \(secureModule.yaml(paths))
            \(extra)
            """
        try yaml.write(toFile: paths.terminalConfiguration, atomically: true, encoding: .utf8)
        process = ServiceProcess(
            executable: paths.program("tilld"), arguments: ["--config", paths.terminalConfiguration],
            environment: pcscEnvironment, logFile: paths.log("tilld"))
    }

    package var isRunning: Bool { process.isRunning }
    /// The daemon's process id while it runs.
    package var processIdentifier: Int32? { process.processIdentifier }

    /// Gets the terminal its certificate, as an operator at the terminal does. The daemon may be running.
    package func enrol(_ code: String) async throws {
        let result = try await enrolment(code)
        guard result.status == 0 else { throw LabError("tilld enrol: \(result.error)") }
    }

    /// What `tilld enrol` says to `code`.
    package func enrolment(_ code: String) async throws -> LabCommand.Result {
        try await LabCommand.run(
            paths.program("tilld"), ["enrol", "--config", paths.terminalConfiguration, "--code", code])
    }

    /// Starts the daemon and waits until it answers.
    ///
    /// - Parameters:
    ///   - crash: the moment at which the daemon is to end itself, for a debug build: ``CrashPoint``.
    ///   - environment: more variables for this run.
    package func start(crashAt crash: LabCrash? = nil, environment: [String: String] = [:]) async throws {
        try await process.start(with: environment.merging(crash?.environment ?? [:]) { $1 })
        // It may be over before it answers.
        if crash != nil { return }
        try await waitUntilReady()
    }

    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + LabCommand.patience
        while ContinuousClock.now < deadline {
            guard process.isRunning else {
                throw LabError("tilld ended at its start:\n\(process.logTail())")
            }
            if (try? await client.status()) != nil { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw LabError("tilld is not ready after \(LabCommand.patience):\n\(process.logTail())")
    }

    /// Ends the daemon in order.
    package func stop() async { await process.terminate() }

    /// SIGKILL: what a power cut does to the process.
    package func kill() async { await process.kill() }

    /// Waits until `condition` holds for the daemon's status. Ends at once when the daemon does.
    @discardableResult
    package func wait(
        _ what: String, within limit: Duration = LabCommand.patience,
        until condition: (StatusMessage) -> Bool
    ) async throws -> StatusMessage {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let status = try? await client.status(), condition(status) { return status }
            guard process.isRunning else { throw LabError("tilld ended before: \(what)") }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw LabError("not within \(limit): \(what)")
    }
}
