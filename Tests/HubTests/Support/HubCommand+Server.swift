import Foundation
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
        let (server, _, error) = try process(Self.executable(), ["serve", "--config", path])
        try server.run()
        defer { if server.isRunning { server.terminate() } }
        try await eventually("the hub's socket is there") {
            let said = try String(contentsOf: error, encoding: .utf8)
            try #require(server.isRunning, "\(said)")
            return try await operate(["status"]).status == 0
        }
        try await body()
        server.terminate()
        try await eventually("the hub stops") { !server.isRunning }
    }
}
