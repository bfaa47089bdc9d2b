import Certificates
import Foundation
import Payments
import Simulation
import Testing

/// An authority and what hangs on it.
enum Campus {
    static let now = UnixTime(seconds: 1_788_000_000)

    static func terminal(_ number: UInt64 = 1) throws -> TerminalID { try #require(TerminalID(number: number)) }

    static func serial() -> CertificateSerial { CertificateSerial(random: random(CertificateSerial.length)) }

    static func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255) } }

    static func authority() throws -> CertificateAuthority { try CertificateAuthority(serial: serial(), now: now) }

    static func identity(
        _ authority: CertificateAuthority, terminal number: UInt64 = 1, lifetime: Duration = .seconds(90 * 86_400)
    ) throws -> TerminalIdentity {
        let key = IdentityKey()
        let terminal = try terminal(number)
        let certificate = try authority.issue(
            CertificateRequest(pem: CertificateRequest(for: key, terminal: terminal).pem), terminal: terminal,
            serial: serial(), now: now, lifetime: lifetime)
        return try TerminalIdentity(key: key, certificate: certificate, root: authority.root)
    }

    /// Runs `openssl` and gives what it printed.
    static func openssl(_ arguments: String...) throws -> (status: Int32, text: String) {
        let run = try ProgramRun(blocking: "/usr/bin/openssl", arguments, mergesError: true)
        return (run.status, run.output)
    }
}
