import Foundation
import Simulation
import TestSupport
import Testing

/// The real `till-hub serve`, and the real commands that ask it.
extension HubCommand {
    var socket: String { directory.file("operator.sock") }

    func operate(_ arguments: [String]) async throws -> Outcome {
        try await run(Self.executable(), arguments + ["--socket", socket])
    }

    /// What a command prints that ends with status 0.
    func success(_ arguments: [String]) async throws -> String {
        let outcome = try await operate(arguments)
        try #require(outcome.status == 0, "\(arguments): \(outcome.error)")
        return outcome.output
    }

    /// Runs `till-hub serve` on the folder's `hub.sqlite` while `body` runs.
    ///
    /// - Parameter extra: more lines of the configuration.
    func withServer(_ extra: String = "", _ body: () async throws -> Void) async throws {
        let path = directory.file("hub.yaml")
        let text = """
            campus: 测试大学 "East"
            listen:
              port: 0
            database: \(directory.file("hub.sqlite"))
            certificates:
              authority_file: \(directory.file("authority.pem"))
            operator_socket: \(socket)
            code_key_file: \(directory.file("code-key.json"))
            \(extra)
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try await withServer(configuration: path, body)
    }

    /// Runs `till-hub serve` with the configuration file while `body` runs, then ends it as systemd does.
    func withServer(configuration path: String, _ body: () async throws -> Void) async throws {
        let server = ServiceProcess(
            executable: try Self.executable().path, arguments: ["serve", "--config", path],
            logFile: directory.file("server.log"))
        try await server.start()
        do {
            try await eventually("the hub's socket is there") {
                try #require(server.isRunning, "\(server.logTail())")
                return try await operate(["status"]).status == 0
            }
            try await body()
        } catch {
            await server.terminate()
            throw error
        }
        server.signal(SIGTERM)
        #expect(try await server.waitForExit(within: .seconds(120)) == .exited(0), "\(server.logTail())")
    }
}
