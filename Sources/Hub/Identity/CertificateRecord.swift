import Certificates
import Payments

/// What the hub keeps of a certificate that it issued.
package struct CertificateRecord: Sendable, Hashable {
    package var serial: CertificateSerial
    package var terminal: TerminalID
    /// SHA-256 over the certificate, so that nothing else with its serial number passes.
    package var digest: [UInt8]
    package var issued: UnixTime
    package var expires: UnixTime
    /// When an operator, another enrolment or a newer renewal took it back; `nil` while it counts.
    package var revoked: UnixTime?

    init(_ certificate: TerminalCertificate) {
        serial = certificate.serial
        terminal = certificate.terminal
        digest = certificate.digest
        issued = certificate.issued
        expires = certificate.expires
    }

    init(
        serial: CertificateSerial, terminal: TerminalID, digest: [UInt8], issued: UnixTime, expires: UnixTime,
        revoked: UnixTime?
    ) {
        self.serial = serial
        self.terminal = terminal
        self.digest = digest
        self.issued = issued
        self.expires = expires
        self.revoked = revoked
    }
}
