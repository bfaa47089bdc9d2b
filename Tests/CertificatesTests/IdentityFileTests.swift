import Certificates
import Foundation
import Payments
import TestSupport
import Testing

@Suite("A terminal's identity file")
struct IdentityFileTests {
    let directory: TemporaryDirectory
    let file: TerminalIdentityFile
    let authority: CertificateAuthority

    init() throws {
        directory = try TemporaryDirectory()
        file = TerminalIdentityFile(path: directory.file("identity.pem"))
        authority = try Campus.authority()
    }

    @Test("is written for its owner only and read back whole")
    func roundTrip() throws {
        let terminal = try Campus.terminal()
        #expect(try file.read(terminal: terminal) == nil)
        #expect(file.version == nil)
        let identity = try Campus.identity(authority)
        try file.enrol(identity)
        let read = try #require(try file.read(terminal: terminal))
        #expect(read.certificate == identity.certificate)
        #expect(read.root == authority.root)
        #expect(read.key.pem == identity.key.pem)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: CertificateError(.otherTerminal)) { try file.read(terminal: Campus.terminal(2)) }
    }

    @Test("a power cut between draft and rename leaves the old pair, and the draft does not stand in the way")
    func powerCut() throws {
        let old = try Campus.identity(authority)
        try file.enrol(old)
        for length in [0, 1, 700] {
            try Data(old.key.pem.utf8.prefix(length)).write(to: URL(fileURLWithPath: file.path + ".new"))
            #expect(try file.read(terminal: Campus.terminal())?.certificate == old.certificate)
        }
        let new = try Campus.identity(authority)
        try file.renew(old, with: new)
        #expect(try file.read(terminal: Campus.terminal())?.certificate == new.certificate)
        #expect(!FileManager.default.fileExists(atPath: file.path + ".new"))
    }

    @Test("a renewal that ends after another enrolment does not undo it")
    func enrolledMeanwhile() throws {
        let old = try Campus.identity(authority)
        try file.enrol(old)
        let before = file.version
        let anew = try Campus.identity(authority)
        try file.enrol(anew)
        #expect(file.version != before)
        let renewed = try Campus.identity(authority)
        #expect(throws: CertificateError(.identityReplaced)) { try file.renew(old, with: renewed) }
        #expect(try file.read(terminal: Campus.terminal())?.certificate == anew.certificate)
    }

    @Test("every cut and every mixture of two identities is refused")
    func broken() throws {
        let identity = try Campus.identity(authority)
        try file.enrol(identity)
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        func put(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file.path)) }
        for length in stride(from: 0, to: text.utf8.count - 30, by: 37) {
            try put(String(text.prefix(length)))
            #expect(throws: CertificateError.self) { try file.read(terminal: Campus.terminal()) }
        }
        let other = try Campus.identity(Campus.authority())
        for mixed in [
            other.key.pem + identity.certificate.pem + identity.root.pem,
            identity.key.pem + other.certificate.pem + identity.root.pem,
            identity.key.pem + identity.certificate.pem + other.root.pem,
            identity.key.pem + identity.root.pem + identity.certificate.pem,
        ] {
            try put(mixed)
            #expect(throws: CertificateError.self) { try file.read(terminal: Campus.terminal()) }
        }
    }

    @Test("an answer for another key, another terminal or of another authority is refused")
    func answers() throws {
        let identity = try Campus.identity(authority)
        let other = try Campus.identity(authority, terminal: 2)
        let foreign = try Campus.authority()
        let invalid = CertificateError(.answerInvalid)
        let terminal = try Campus.terminal()
        func take(_ key: IdentityKey, _ pem: String, _ root: RootCertificate) throws {
            _ = try TerminalIdentity(key: key, answer: pem, root: root, terminal: terminal)
        }
        try take(identity.key, identity.certificate.pem, authority.root)
        #expect(throws: invalid) { try take(IdentityKey(), identity.certificate.pem, authority.root) }
        #expect(throws: invalid) { try take(other.key, other.certificate.pem, authority.root) }
        #expect(throws: invalid) { try take(identity.key, identity.certificate.pem, foreign.root) }
        #expect(throws: invalid) { try take(identity.key, "", authority.root) }
    }
}
