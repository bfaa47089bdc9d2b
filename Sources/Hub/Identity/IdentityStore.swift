import Certificates
import Payments

/// Certificates and enrolment codes.
package protocol IdentityStore: Sendable {
    /// The certificate with that serial number; `nil` when this hub did not issue it.
    func certificate(_ serial: CertificateSerial) async throws -> CertificateRecord?

    /// All certificates of a terminal, newest first. Refused with `notFound`.
    func certificates(of terminal: TerminalID) async throws -> [CertificateRecord]

    /// Keeps the digest of a terminal's new code; an earlier code of the terminal ends. Refused with `notFound`.
    func store(enrolmentDigest: [UInt8], terminal: TerminalID, now: UnixTime, expires: UnixTime) async throws

    /// Uses up the code behind `enrolmentDigest` and keeps the certificate; all others of the terminal are revoked.
    ///
    /// Refused with `enrolmentCodeWrong`, which counts, or `enrolmentCodeSpent`.
    func enrol(_ certificate: TerminalCertificate, enrolmentDigest: [UInt8], now: UnixTime) async throws

    /// Keeps a certificate that was issued under the one with serial number `current`. These two count from now on, all
    /// others of the terminal are revoked: an answer that was lost leaves no third key, and of a terminal and its copy
    /// only one goes on, so that the other is noticed.
    ///
    /// Refused with `certificateRevoked` when `current` does not count any more.
    func renew(_ certificate: TerminalCertificate, current: CertificateSerial, now: UnixTime) async throws

    /// Revokes all certificates of a terminal and ends its enrolment code. Refused with `notFound`.
    func revokeCertificates(of terminal: TerminalID, now: UnixTime) async throws -> [CertificateRecord]
}
