import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Hummingbird
import HummingbirdTesting
import Logging
import Payments
import ServiceLifecycle
import TestSupport
import Testing

@Suite("A running hub")
struct LiveHubTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func configuration(_ name: String = "hub") -> HubConfiguration {
        HubConfiguration(
            port: 0, databasePath: directory.file("\(name).sqlite"),
            operatorSocketPath: directory.file("operator.sock"), codeKeyPath: directory.file("\(name).json"))
    }

    /// Runs a hub while `body` runs, then stops it gracefully.
    private func withHub(
        _ configuration: HubConfiguration, _ body: @Sendable (HubApplication) async throws -> Void
    ) async throws {
        let hub = try await HubApplication.open(
            configuration, codeIssuer: { PlainCodeIssuer(key: $0) }, logger: .quiet)
        let group = ServiceGroup(configuration: .init(services: [hub], logger: .quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await hub.operatorReady()
                try await body(hub)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("port 0 takes a free port that can be learned, and terminals reach the hub there")
    func boundPort() async throws {
        try await withHub(configuration()) { hub in
            let port = try await hub.boundPort()
            #expect(port > 0)
            try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
                let response = try await client.get("/v1/health")
                #expect(response.status.code == 200)
                let refused = try await client.get("/v1/changes")
                #expect(refused.status.code == 401)
            }
        }
    }

    @Test("the operator socket is for its owner only and is gone after the hub")
    func socket() async throws {
        let configuration = configuration()
        let path = configuration.operatorSocketPath
        try await withHub(configuration) { _ in
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: configuration.databasePath + "-wal"))
    }

    @Test("a hub does not take the socket of a living one, and leaves it alone")
    func socketInUse() async throws {
        let first = configuration()
        let second = configuration("second")
        try await withHub(first) { _ in
            await #expect(throws: OperatorSocketError(.inUse)) { try await self.withHub(second) { _ in } }
            #expect(FileManager.default.fileExists(atPath: first.operatorSocketPath))
        }
    }

    @Test("a socket file that a killed hub left is replaced")
    func staleSocket() async throws {
        let configuration = configuration()
        try await withHub(configuration) { _ in
            // The name stays when the listening socket goes: what a kill leaves.
            try FileManager.default.linkItem(
                atPath: configuration.operatorSocketPath, toPath: self.directory.file("stale.sock"))
        }
        try FileManager.default.moveItem(
            atPath: directory.file("stale.sock"), toPath: configuration.operatorSocketPath)
        try await withHub(configuration) { hub in
            let port = try await hub.boundPort()
            #expect(port > 0)
        }
    }

    @Test("a file that is no socket is not removed")
    func notASocket() async throws {
        let configuration = configuration()
        try Data("keep".utf8).write(to: URL(fileURLWithPath: configuration.operatorSocketPath))
        await #expect(throws: OperatorSocketError(.notASocket)) { try await withHub(configuration) { _ in } }
        let kept = try Data(contentsOf: URL(fileURLWithPath: configuration.operatorSocketPath))
        #expect(kept == Data("keep".utf8))
    }

    @Test("a taken port ends the hub and whoever waits for it, and the store is closed")
    func portInUse() async throws {
        try await withHub(configuration()) { hub in
            var second = self.configuration("second")
            second.port = try await hub.boundPort()
            second.operatorSocketPath = self.directory.file("second.sock")
            let other = try await HubApplication.open(second, codeIssuer: nil, logger: .quiet)
            await #expect(throws: (any Error).self) { try await other.run() }
            await #expect(throws: (any Error).self) { _ = try await other.boundPort() }
            try await SQLiteHubStore(path: second.databasePath).close()
        }
    }

    @Test("log lines of requests hold no card, account, code, secret or name")
    func logs() async throws {
        let lines = LogLines()
        let logger = Logger(label: "hub") { _ in LineLogHandler(lines: lines) }
        let configuration = configuration()
        let hub = try await HubApplication.open(
            configuration, codeIssuer: { PlainCodeIssuer(key: $0) }, logger: logger)
        let fixture = HubFixture.adopt(hub, directory: directory, configuration: configuration)
        let merchant = try await fixture.merchant()
        let account = try await fixture.account(2_026_010_001, fen: 1000)
        let terminal = try await fixture.terminal([merchant])
        let card = HubFixture.card(2_026_010_001)
        try await fixture.operate(.post, "/cards/\(card.text)/lost", as: CardSummary.self)
        let code = try await fixture.operate(.post, "/codes", CodeRequest(account: account), as: IssuedCode.self)
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 2_026_010_001, fen: 10))
        _ = try await fixture.operate(.get, "/accounts/\(account.text)/statement?limit=x")
        try await hub.close()
        let text = lines.text
        #expect(text.contains("operation=placeHold"))
        #expect(text.contains("operation=reportCardLost"))
        #expect(text.contains("status=400"))
        for secret in [
            account.text, card.text, String(card.text.dropFirst(4)), code.code, code.serial,
            terminal.credentials.secret, "李雷",
        ] {
            #expect(!text.contains(secret))
        }
    }
}
