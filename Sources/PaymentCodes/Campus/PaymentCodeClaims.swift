import Payments

/// What the issuer says in a payment code, in the ranges that layout version 1 can carry.
package struct PaymentCodeClaims: Sendable, Hashable {
    package let account: AccountID
    /// Seconds since 1970-01-01T00:00:00Z, good until 2106.
    package let issuedAtSeconds: UInt32
    /// Seconds from issue for which the code may be taken, at least 1.
    package let lifetimeSeconds: UInt16
    /// Largest amount that the code may pay, from 1 fen to ``Amount/saleMaximum``.
    package let limit: Amount
    /// Drawn at random by the issuer; names the code for ever together with the key.
    package let serial: UInt64

    /// `nil` when a value is outside its range. `issuedAt` and `lifetime` are cut to whole seconds.
    package init?(account: AccountID, issuedAt: UnixTime, lifetime: Duration, limit: Amount, serial: UInt64) {
        guard let issuedAtSeconds = UInt32(exactly: issuedAt.seconds),
            let lifetimeSeconds = UInt16(exactly: lifetime.components.seconds), lifetimeSeconds > 0,
            limit > .zero, limit <= .saleMaximum
        else { return nil }
        self.account = account
        self.issuedAtSeconds = issuedAtSeconds
        self.lifetimeSeconds = lifetimeSeconds
        self.limit = limit
        self.serial = serial
    }

    /// The same claims as the rest of the core knows them.
    func evidence(keyID: UInt8) -> CodeEvidence {
        let issuedAt = UnixTime(seconds: Int64(issuedAtSeconds))
        return CodeEvidence(
            reference: CodeReference(keyID: keyID, serial: serial), account: account, issuedAt: issuedAt,
            expiresAt: issuedAt.advanced(by: .seconds(Int64(lifetimeSeconds))), limit: limit)
    }
}
