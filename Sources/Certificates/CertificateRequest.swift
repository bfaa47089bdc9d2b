import Crypto
import Payments
import SwiftASN1
import X509

/// A request for a certificate (PKCS #10, RFC 2986): a public key, signed with its private key.
package struct CertificateRequest: Sendable {
    package let pem: String

    let publicKey: Certificate.PublicKey

    /// Asks for a certificate for `key`. The common name is only for people: the hub writes its own.
    package init(for key: IdentityKey, terminal: TerminalID) throws(CertificateError) {
        do {
            let request = try CertificateSigningRequest(
                version: .v1, subject: DistinguishedName { CommonName(terminal.text) },
                privateKey: Certificate.PrivateKey(key.key), attributes: CertificateSigningRequest.Attributes(),
                signatureAlgorithm: .ecdsaWithSHA256)
            var serializer = DER.Serializer()
            try serializer.serialize(request)
            pem = CertificateText.pem(CertificateText.request, serializer.serializedBytes)
            publicKey = request.publicKey
        } catch {
            throw CertificateError(.requestInvalid, detail: "\(type(of: error))")
        }
    }

    /// Reads a request that came over the network.
    ///
    /// - Throws: ``CertificateError/Code/requestInvalid`` unless it is signed with its own P-256 key.
    package init(pem: String) throws(CertificateError) {
        let request: CertificateSigningRequest
        do {
            request = try CertificateSigningRequest(
                derEncoded: CertificateText.part(CertificateText.request, of: pem))
        } catch {
            throw CertificateError(.requestInvalid, detail: "cannot be read")
        }
        guard P256.Signing.PublicKey(request.publicKey) != nil else {
            throw CertificateError(.requestInvalid, detail: "kind of key")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw CertificateError(.requestInvalid, detail: "signature")
        }
        self.pem = pem
        publicKey = request.publicKey
    }
}
