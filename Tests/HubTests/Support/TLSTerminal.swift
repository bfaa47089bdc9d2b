import Foundation
import Simulation
import TestSupport
import Testing

/// A terminal as strangers would write one: OpenSSL makes its key, curl talks TLS.
struct TLSTerminal: Sendable {
    let folder: String
    let port: Int
    let root: String

    /// - Parameters:
    ///   - folder: for key and certificate; must exist.
    ///   - root: path of the authority's certificate in PEM.
    init(folder: String, port: Int, root: String) throws {
        self.folder = folder
        self.port = port
        self.root = root
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    var key: String { folder + "/key.pem" }
    var certificate: String { folder + "/certificate.pem" }

    /// A new key and the request for it. The certificate for the key before goes.
    func request() async throws -> String {
        try? FileManager.default.removeItem(atPath: certificate)
        let made = try await Self.run(
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out", folder + "/request.pem", "-subj", "/CN=x")
        try #require(made.status == 0, "\(made.text)")
        return try String(contentsOfFile: folder + "/request.pem", encoding: .utf8)
    }

    struct Answer {
        /// curl's: 0 when there was an HTTP answer.
        let exit: Int32
        let status: Int
        let text: String

        var code: String? { text.firstMatch(of: /"code":"(E\d+)"/).map { String($0.output.1) } }
    }

    /// One request; with the certificate when there is one.
    func ask(_ method: String, _ path: String, _ body: Data? = nil, headers: [String] = []) async throws -> Answer {
        var arguments = [
            "curl", "-sS", "--max-time", "20", "--cacert", root, "-X", method, "-w", "\n%{http_code}",
            "https://127.0.0.1:\(port)\(path)",
        ]
        if FileManager.default.fileExists(atPath: certificate) {
            arguments += ["--cert", certificate, "--key", key]
        }
        for header in headers { arguments += ["-H", header] }
        if let body {
            let file = folder + "/body"
            try body.write(to: URL(fileURLWithPath: file))
            arguments += ["-H", "Content-Type: application/json", "--data-binary", "@\(file)"]
        }
        let result = try await Self.run(arguments)
        let lines = result.text.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(
            exit: result.status, status: Int(lines.last ?? "") ?? 0,
            text: lines.dropLast().joined(separator: "\n"))
    }

    static func run(_ arguments: String...) async throws -> (status: Int32, text: String) { try await run(arguments) }

    static func run(_ arguments: [String]) async throws -> (status: Int32, text: String) {
        let run = try await ProgramRun("/usr/bin/env", arguments, mergesError: true)
        return (run.status, run.output)
    }
}
