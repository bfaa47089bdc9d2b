import SwiftASN1
import X509

/// PEM in and out (RFC 7468).
enum CertificateText {
    /// Label of a certificate.
    static let certificate = "CERTIFICATE"
    /// Label of a certificate request.
    static let request = "CERTIFICATE REQUEST"
    /// Label of a PKCS #8 key.
    static let privateKey = "PRIVATE KEY"
    /// Longest PEM text that is read, in bytes: a key and three P-256 certificates are about 3 kB.
    static let limit = 32 * 1024

    static func pem(_ label: String, _ der: [UInt8]) -> String {
        PEMDocument(type: label, derBytes: der).pemString + "\n"
    }

    /// All parts of `text` by label, in their order.
    static func parts(_ text: String) throws(CertificateError) -> [(label: String, der: [UInt8])] {
        guard text.utf8.count <= limit else { throw CertificateError(.malformed, detail: "too long") }
        do {
            return try PEMDocument.parseMultiple(pemString: text).map { ($0.discriminator, $0.derBytes) }
        } catch {
            throw CertificateError(.malformed, detail: "PEM")
        }
    }

    /// The only part of `text`, which must have `label`.
    static func part(_ label: String, of text: String) throws(CertificateError) -> [UInt8] {
        let parts = try parts(text)
        guard parts.count == 1, parts[0].label == label else { throw CertificateError(.malformed, detail: label) }
        return parts[0].der
    }

    /// The certificate in `der`.
    static func certificate(_ der: [UInt8]) throws(CertificateError) -> Certificate {
        do {
            return try Certificate(derEncoded: der)
        } catch {
            throw CertificateError(.malformed, detail: "certificate")
        }
    }
}
