import Foundation
import ServiceHost
import TestSupport
import Testing

@Suite("Credentials")
struct CredentialsTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func write(_ bytes: some Sequence<UInt8>, name: String = "key", mode: mode_t = 0o600) throws -> String {
        let path = directory.file(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try #require(chmod(path, mode) == 0)
        return path
    }

    private var supervised: Credentials { Credentials(environment: ["CREDENTIALS_DIRECTORY": directory.path]) }
    private let unsupervised = Credentials(environment: [:])

    @Test("systemd's credential wins over the file, and its permissions are systemd's business")
    func fromDirectory() throws {
        _ = try write("from systemd\n".utf8, mode: 0o444)
        let path = try write("from a file".utf8, name: "other")
        #expect(try supervised.secret(named: "key", orFile: path).text == "from systemd")
    }

    @Test("a credential that systemd did not hand over comes from the file")
    func fallback() throws {
        let path = try write("from a file".utf8, name: "other")
        #expect(try supervised.secret(named: "key", orFile: path).text == "from a file")
        #expect(try unsupervised.secret(named: "key", orFile: path).text == "from a file")
    }

    @Test(
        "one line end is taken off and nothing else",
        arguments: [("s\n", "s"), ("s\r\n", "s"), ("s\n\n", "s\n"), ("s", "s"), (" s \n", " s "), ("s\r", "s\r")])
    func lineEnd(content: String, secret: String) throws {
        let path = try write(content.utf8)
        #expect(try unsupervised.secret(named: "key", orFile: path).text == secret)
    }

    @Test(
        "a file that the group or others can use is refused",
        arguments: [0o640, 0o604, 0o644, 0o620, 0o602] as [mode_t])
    func exposed(mode: mode_t) throws {
        let path = try write("hunter2".utf8, mode: mode)
        let found = try problems { () throws(ConfigurationError) in
            _ = try unsupervised.secret(named: "key", orFile: path)
        }
        #expect(found.map(\.code) == [.credentialExposed])
        #expect(found[0].sentence.contains("mode \(String(mode, radix: 8))"))
        #expect(!found[0].sentence.contains("hunter2"))
    }

    @Test("nothing, only a line end, or too much is no secret")
    func malformed() throws {
        let tooLong = [UInt8](repeating: 65, count: Credentials.maximumSize + 1)
        for content in [[], Array("\n".utf8), Array("\r\n".utf8), tooLong] {
            let path = try write(content)
            let found = try problems { () throws(ConfigurationError) in
                _ = try unsupervised.secret(named: "key", orFile: path)
            }
            #expect(found.map(\.code) == [.credentialMalformed])
        }
        let path = try write(tooLong.dropLast())
        #expect(try unsupervised.secret(named: "key", orFile: path).bytes.count == Credentials.maximumSize)
    }

    @Test("a missing credential says how to provide it")
    func missing() throws {
        let found = try problems { () throws(ConfigurationError) in
            _ = try unsupervised.secret(named: "terminal-secret")
        }
        #expect(found.map(\.code) == [.credentialUnreadable])
        #expect(found[0].text.contains("LoadCredential=terminal-secret:"))
        let path = directory.file("nowhere")
        let missingFile = try problems { () throws(ConfigurationError) in
            _ = try unsupervised.secret(named: "key", orFile: path)
        }
        #expect(missingFile[0].sentence == "\(path): credential \"key\" cannot be read: No such file or directory")
        let folder = directory.path
        let isDirectory = try problems { () throws(ConfigurationError) in
            _ = try unsupervised.secret(named: "key", orFile: folder)
        }
        #expect(isDirectory.map(\.code) == [.credentialUnreadable])
    }
}
