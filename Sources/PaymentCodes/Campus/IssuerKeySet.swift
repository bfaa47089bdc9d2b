import Crypto
import Payments

/// One public key of the issuer and the time during which it signs.
package struct IssuerKey: Sendable {
    package let publicKey: Curve25519.Signing.PublicKey
    /// First moment at which a code may be dated.
    package let validFrom: UnixTime
    /// First moment at which a code may not be dated any more.
    package let validUntil: UnixTime

    /// `nil` when the interval is empty.
    package init?(publicKey: Curve25519.Signing.PublicKey, validFrom: UnixTime, validUntil: UnixTime) {
        guard validFrom < validUntil else { return nil }
        self.publicKey = publicKey
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}

/// The issuer's public keys by id. At least two live at once while keys are changed.
package struct IssuerKeySet: Sendable {
    package var keys: [UInt8: IssuerKey]

    package init(keys: [UInt8: IssuerKey] = [:]) { self.keys = keys }

    package subscript(id: UInt8) -> IssuerKey? { keys[id] }
}
