import Crypto
import Payments

/// Makes payment codes with one issuer key. Serial and time are handed in.
package struct PaymentCodeSigner: Sendable {
    package let keyID: UInt8
    private let key: Curve25519.Signing.PrivateKey

    package init(keyID: UInt8, key: Curve25519.Signing.PrivateKey) {
        self.keyID = keyID
        self.key = key
    }

    /// The key that terminals need to check the codes.
    package var publicKey: Curve25519.Signing.PublicKey { key.publicKey }

    /// The signed code. Throws what the cryptographic library throws when it cannot sign.
    package func sign(_ claims: PaymentCodeClaims) throws -> PaymentCode {
        let signed = PaymentCodeLayout.signedBytes(claims, keyID: keyID)
        let signature = try key.signature(for: PaymentCodeLayout.domain + signed)
        invariant(signature.count == PaymentCodeLayout.signatureByteCount, "an Ed25519 signature has 64 bytes")
        return PaymentCode(
            evidence: claims.evidence(keyID: keyID),
            text: PaymentCodeLayout.prefix + DigitPacking.encode(signed + signature))
    }
}

extension PaymentCodeSigner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "payment code signer with key \(keyID)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
