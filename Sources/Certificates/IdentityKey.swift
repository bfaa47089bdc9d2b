import Crypto
import X509

/// A P-256 key that proves who somebody is in TLS. It never shows in a description, a dump or a mirror.
///
/// P-256 and not Ed25519: BoringSSL offers it in every handshake without being asked, and so does every other TLS
/// library.
package struct IdentityKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let key: P256.Signing.PrivateKey

    /// A new key of the system's generator.
    package init() { key = P256.Signing.PrivateKey() }

    /// - Parameter pem: `PRIVATE KEY` (PKCS #8) of the curve P-256.
    package init(pem: String) throws(CertificateError) {
        do {
            key = try P256.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw CertificateError(.malformed, detail: "key")
        }
    }

    init(der: [UInt8]) throws(CertificateError) {
        do {
            key = try P256.Signing.PrivateKey(derRepresentation: der)
        } catch {
            throw CertificateError(.malformed, detail: "key")
        }
    }

    /// PKCS #8. Where it goes is the caller's responsibility.
    package var pem: String { key.pemRepresentation + "\n" }
    /// PKCS #8 in DER.
    package var der: [UInt8] { Array(key.derRepresentation) }

    /// Whether `certificate` is for this key.
    func fits(_ certificate: Certificate) -> Bool { Certificate.PublicKey(key.publicKey) == certificate.publicKey }

    package var description: String { "(key)" }
    package var debugDescription: String { "(key)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
