import Certificates
import HubProtocol
import Payments

/// A terminal's certificate as the operator sees it.
package struct CertificateSummary: Codable, Sendable, Hashable {
    /// 32 hexadecimal digits.
    package var serial: String
    package var issuedAtMilliseconds: Int64
    package var expiresAtMilliseconds: Int64
    /// When it was revoked; absent while it counts.
    package var revokedAtMilliseconds: Int64?

    init(_ record: CertificateRecord) {
        serial = record.serial.text
        issuedAtMilliseconds = record.issued.milliseconds
        expiresAtMilliseconds = record.expires.milliseconds
        revokedAtMilliseconds = record.revoked?.milliseconds
    }
}

/// All certificates of a terminal, newest first, at most ``HubLimits/certificatesShown``.
package struct CertificateList: Codable, Sendable, Hashable {
    package var items: [CertificateSummary]
}

/// How long an enrolment code may be used.
package struct EnrolmentTerms: Codable, Sendable, Hashable {
    /// 60 to 604,800; a day when absent.
    package var lifetimeSeconds: Int?

    package init(lifetimeSeconds: Int? = nil) { self.lifetimeSeconds = lifetimeSeconds }
}

/// A one-time code that an operator carries to a terminal; shown once, because the hub keeps only a digest of it.
package struct IssuedEnrolmentCode: Codable, Sendable, Hashable {
    package var terminal: TerminalID
    /// 50 symbols in groups of five.
    package var code: String
    package var expiresAtMilliseconds: Int64
}
