import Crypto
import FoundationEssentials
import Payments
import X509

/// The certificate of the campus's own authority: what terminals trust, and nothing else.
package struct RootCertificate: Sendable, Hashable {
    package let der: [UInt8]
    /// When everybody must have learnt of another authority.
    package let expires: UnixTime

    private let certificate: Certificate

    /// - Throws: ``CertificateError/Code/malformed`` when it is not a self-signed certificate of an authority.
    package init(der: [UInt8]) throws(CertificateError) {
        let certificate = try CertificateText.certificate(der)
        guard certificate.issuer == certificate.subject,
            certificate.publicKey.isValidSignature(certificate.signature, for: certificate),
            case .isCertificateAuthority? = try? certificate.extensions.basicConstraints
        else { throw CertificateError(.malformed, detail: "not an authority") }
        self.der = der
        self.certificate = certificate
        expires = UnixTime(certificate.notValidAfter)
    }

    /// - Parameter pem: one certificate.
    package init(pem: String) throws(CertificateError) {
        try self.init(der: CertificateText.part(CertificateText.certificate, of: pem))
    }

    package var pem: String { CertificateText.pem(CertificateText.certificate, der) }

    /// SHA-256 over the whole certificate, of which an ``EnrolmentCode`` carries the first part.
    package var fingerprint: [UInt8] { Array(SHA256.hash(data: der)) }

    /// The terminal's certificate in `der` when this authority signed it. Its time is not looked at: whether an expired
    /// one may still do something depends on what.
    ///
    /// - Throws: ``CertificateError``: `malformed`, `mismatched`.
    package func signed(_ der: [UInt8]) throws(CertificateError) -> TerminalCertificate {
        let terminal = try TerminalCertificate(der: der)
        guard isIssuer(of: try CertificateText.certificate(der)) else { throw CertificateError(.mismatched) }
        return terminal
    }

    func isIssuer(of other: Certificate) -> Bool {
        other.issuer == certificate.subject
            && certificate.publicKey.isValidSignature(other.signature, for: other)
    }

    func fits(_ key: IdentityKey) -> Bool { key.fits(certificate) }

    var subject: DistinguishedName { certificate.subject }
    var keyIdentifier: SubjectKeyIdentifier { SubjectKeyIdentifier(hash: certificate.publicKey) }
    var notAfter: Date { certificate.notValidAfter }
}
