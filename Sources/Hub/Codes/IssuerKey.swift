import Crypto
import HubProtocol
import Payments

/// The Ed25519 key that signs the hub's payment codes.
package struct IssuerKey: Sendable {
    package let keyID: UInt8
    package let privateKey: Curve25519.Signing.PrivateKey
    package let validFrom: UnixTime
    package let validThrough: UnixTime

    package init(
        keyID: UInt8, privateKey: Curve25519.Signing.PrivateKey, validFrom: UnixTime, validThrough: UnixTime
    ) {
        self.keyID = keyID
        self.privateKey = privateKey
        self.validFrom = validFrom
        self.validThrough = validThrough
    }

    /// Ed25519 public key, 32 bytes.
    package var publicKey: [UInt8] { Array(privateKey.publicKey.rawRepresentation) }

    /// The key's public half as the changes feed carries it.
    package var message: CodeKeyMessage {
        CodeKeyMessage(keyID: keyID, publicKey: publicKey, validFrom: validFrom, validThrough: validThrough)
    }
}
