import Certificates
import Foundation
import Payments
import Simulation
import TestSupport
import Testing

@Suite("The campus's authority")
struct AuthorityTests {
    let directory: TemporaryDirectory
    let authority: CertificateAuthority

    init() throws {
        directory = try TemporaryDirectory()
        authority = try Campus.authority()
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = directory.file(name)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("OpenSSL verifies a terminal's certificate for a client, and not for a server")
    func terminalCertificate() throws {
        let identity = try Campus.identity(authority)
        let root = try file("root.pem", authority.root.pem)
        let leaf = try file("leaf.pem", identity.certificate.pem)
        let time = String(Campus.now.seconds + 60)
        let good = try Campus.openssl(
            "verify", "-x509_strict", "-attime", time, "-purpose", "sslclient", "-CAfile", root, leaf)
        #expect(good.status == 0, "\(good.text)")
        let server = try Campus.openssl(
            "verify", "-x509_strict", "-attime", time, "-purpose", "sslserver", "-CAfile", root, leaf)
        #expect(server.status != 0)
        let late = try Campus.openssl(
            "verify", "-attime", String(identity.certificate.expires.seconds + 1), "-CAfile", root, leaf)
        #expect(late.text.contains("expired"), "\(late.text)")
        let text = try Campus.openssl("x509", "-in", leaf, "-noout", "-text").text
        #expect(text.contains("CN = 000000000001"), "\(text)")
        #expect(text.contains("TLS Web Client Authentication"))
        #expect(text.contains("CA:FALSE"))
        let serial = try Campus.openssl("x509", "-in", leaf, "-noout", "-serial").text
        #expect(serial.trimmingCharacters(in: .whitespacesAndNewlines) == "serial=\(identity.certificate.serial)")
    }

    @Test("OpenSSL verifies the hub's certificate for its names, and not for a client or another name")
    func serverCertificate() throws {
        let names = try ["hub.example.edu", "10.1.2.3", "fd00::1"].map { try #require(ServerName(text: $0)) }
        let server = try authority.serverIdentity(names: names, serial: Campus.serial())
        let root = try file("root.pem", authority.root.pem)
        let leaf = try file("leaf.pem", server.certificatePEM)
        let common = ["-x509_strict", "-CAfile", root]
        for (arguments, good) in [
            (["-purpose", "sslserver", "-verify_hostname", "hub.example.edu"], true),
            (["-purpose", "sslserver", "-verify_ip", "10.1.2.3"], true),
            (["-purpose", "sslserver", "-verify_ip", "fd00::1"], true),
            (["-purpose", "sslserver", "-verify_hostname", "other.example.edu"], false),
            (["-purpose", "sslclient"], false),
            // A terminal whose clock lost its battery, and one long after its installation.
            (["-purpose", "sslserver", "-attime", "3600"], true),
            (["-purpose", "sslserver", "-attime", String(Campus.now.seconds + 19 * 365 * 86_400)], true),
        ] {
            let process = try verify(common + arguments + [leaf])
            #expect((process.status == 0) == good, "\(arguments): \(process.text)")
        }
    }

    private func verify(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let run = try ProgramRun(blocking: "/usr/bin/openssl", ["verify"] + arguments, mergesError: true)
        return (run.status, run.output)
    }

    @Test("a request that OpenSSL made is understood, one for another kind of key or with a changed byte is refused")
    func foreignRequests() throws {
        let (key, request) = (directory.file("key.pem"), directory.file("request.pem"))
        let made = try Campus.openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            request, "-subj", "/CN=anything")
        try #require(made.status == 0, "\(made.text)")
        let pem = try String(contentsOfFile: request, encoding: .utf8)
        let issued = try authority.issue(
            CertificateRequest(pem: pem), terminal: Campus.terminal(7), serial: Campus.serial(), now: Campus.now,
            lifetime: .seconds(60))
        #expect(issued.terminal == (try Campus.terminal(7)))
        let identity = try TerminalIdentity(
            key: IdentityKey(pem: String(contentsOfFile: key, encoding: .utf8)), certificate: issued,
            root: authority.root)
        #expect(identity.certificate.expires.since(Campus.now) == .seconds(60))
        for kind in ["rsa:2048", "ed25519"] {
            let other = try Campus.openssl(
                "req", "-new", "-newkey", kind, "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=x")
            try #require(other.status == 0, "\(other.text)")
            let text = try String(contentsOfFile: request, encoding: .utf8)
            #expect(throws: CertificateError(.requestInvalid)) { try CertificateRequest(pem: text) }
        }
        let own = try CertificateRequest(for: IdentityKey(), terminal: Campus.terminal()).pem
        var refused = 0
        let body = own.split(separator: "\n").dropFirst().dropLast().joined()
        var der = Array(try #require(Data(base64Encoded: body)))
        for index in der.indices {
            der[index] ^= 1
            let changed =
                "-----BEGIN CERTIFICATE REQUEST-----\n\(Data(der).base64EncodedString())\n"
                + "-----END CERTIFICATE REQUEST-----\n"
            if (try? CertificateRequest(pem: changed)) == nil { refused += 1 }
            der[index] ^= 1
        }
        #expect(refused == der.count)
        for text in ["", "x", own + own, String(repeating: "A", count: 100_000)] {
            #expect(throws: CertificateError(.requestInvalid)) { try CertificateRequest(pem: text) }
        }
    }

    @Test("a root signs only its own, whatever the time")
    func chain() throws {
        let identity = try Campus.identity(authority)
        #expect(try authority.root.signed(identity.certificate.der) == identity.certificate)
        let other = try Campus.authority()
        #expect(throws: CertificateError(.mismatched)) { try other.root.signed(identity.certificate.der) }
        #expect(throws: CertificateError(.malformed)) { try authority.root.signed(authority.root.der) }
        let name = try #require(ServerName(text: "localhost"))
        let server = try authority.serverIdentity(names: [name], serial: Campus.serial())
        #expect(throws: CertificateError(.malformed)) { try authority.root.signed(server.certificateDER) }
        #expect(throws: CertificateError(.malformed)) { try RootCertificate(der: identity.certificate.der) }
    }

    @Test("a certificate never outlives its authority")
    func endOfAuthority() throws {
        let identity = try Campus.identity(authority, lifetime: .seconds(50 * 365 * 86_400))
        #expect(identity.certificate.expires == authority.root.expires)
    }

    @Test("serial numbers are 16 bytes in DER, for every random byte in front")
    func serials() throws {
        for first in UInt8.min...UInt8.max {
            let serial = CertificateSerial(random: [first] + [UInt8](repeating: 0, count: 15))
            #expect(CertificateSerial(bytes: serial.bytes) == serial)
            #expect(CertificateSerial(text: serial.text) == serial)
        }
        #expect(CertificateSerial(bytes: [UInt8](repeating: 0, count: 16)) == nil)
        #expect(CertificateSerial(text: "40") == nil)
    }

    @Test(
        "names of the hub are DNS names and addresses",
        arguments: [
            ("hub", true), ("hub.example.edu", true), ("10.0.0.1", true), ("::1", true), ("", false), ("a b", false),
            ("-a", false), ("a..b", false), ("10.0.0.256", false), ("hub/", false), ("校园", false),
        ])
    func names(_ text: String, _ good: Bool) {
        #expect((ServerName(text: text) != nil) == good)
    }

    @Test("the authority's file is made once, for its owner only, and never replaced when it is broken")
    func authorityFile() throws {
        let path = directory.file("authority.pem")
        func open() throws -> CertificateAuthority {
            try AuthorityFile.loadOrCreate(path: path, now: Campus.now, random: Campus.random)
        }
        let first = try open()
        #expect(try open().root == first.root)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect(throws: CertificateError(.readableByOthers)) { try open() }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for broken in ["", String(text.prefix(300)), first.root.pem, IdentityKey().pem + first.root.pem] {
            try file(broken, at: path)
            #expect(throws: CertificateError.self) { try open() }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == broken)
        }
    }

    private func file(_ text: String, at path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
