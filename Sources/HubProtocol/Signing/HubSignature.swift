import Crypto
import Payments

/// What the hub signs for its terminals. The text stands before the signed bytes, so that a signature made for one
/// thing is worth nothing for another.
package enum HubSignaturePurpose: String, Sendable, CaseIterable {
    /// A version of the hot list.
    case hotList = "campus-till hot list v1"
    /// A version of the campus policy.
    case policy = "campus-till policy v1"

    func signedBytes(_ bytes: [UInt8]) -> [UInt8] { Array(rawValue.utf8) + [0] + bytes }
}

/// The key with which the hub signs what terminals must be able to check without it: Ed25519 (RFC 8032).
package struct HubSigningKey: Sendable {
    package let privateKey: Curve25519.Signing.PrivateKey

    package init(privateKey: Curve25519.Signing.PrivateKey) { self.privateKey = privateKey }

    /// The public half, which terminals pin.
    package var verifyingKey: HubVerifyingKey {
        HubVerifyingKey(verified: privateKey.publicKey)
    }

    /// - Returns: the signature, 128 hexadecimal digits.
    /// - Throws: only when the key cannot sign, which is a defect.
    package func signature(of bytes: [UInt8], as purpose: HubSignaturePurpose) throws -> String {
        Hex.encode(try privateKey.signature(for: purpose.signedBytes(bytes)))
    }
}

/// The public half of the hub's signing key.
package struct HubVerifyingKey: Sendable, Hashable {
    private let bytes: [UInt8]

    fileprivate init(verified key: Curve25519.Signing.PublicKey) { bytes = Array(key.rawRepresentation) }

    /// - Parameter text: 64 hexadecimal digits.
    /// - Returns: `nil` when it is no Ed25519 public key.
    package init?(text: String) {
        guard let bytes = Hex.decode(text), bytes.count == 32,
            (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil
        else { return nil }
        self.bytes = bytes
    }

    /// 64 hexadecimal digits.
    package var text: String { Hex.encode(bytes) }

    /// Whether this key made the signature, over these bytes, for this purpose.
    ///
    /// - Parameter signature: 128 hexadecimal digits.
    package func isValid(_ signature: String, of content: [UInt8], as purpose: HubSignaturePurpose) -> Bool {
        guard let signature = Hex.decode(signature),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return false }
        return key.isValidSignature(signature, for: purpose.signedBytes(content))
    }
}
