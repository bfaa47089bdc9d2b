/// How sure the terminal is that the card is the one whose number it shows.
package enum IdentityProof: String, Sendable, Hashable, Codable, CaseIterable {
    /// The secure module checked a cryptogram of the card.
    case proven
    /// The number was only read; it could have been copied.
    case unproven
}

/// What a presented card told the terminal.
package struct CardEvidence: Sendable, Hashable {
    package var card: CardID
    package var proof: IdentityProof
    /// First and last day of validity as `YYYYMMDD` numbers, both included; `nil` where the profile has none.
    package var validFrom: Int?
    package var validThrough: Int?
    /// What the card's profile allows.
    package var limits: CardLimits

    package init(
        card: CardID, proof: IdentityProof, validFrom: Int? = nil, validThrough: Int? = nil,
        limits: CardLimits = CardLimits()
    ) {
        self.card = card
        self.proof = proof
        self.validFrom = validFrom
        self.validThrough = validThrough
        self.limits = limits
    }
}

/// Names one payment code for ever: the issuer's key and the serial under it.
package struct CodeReference: Sendable, Hashable, Codable {
    package var keyID: UInt8
    package var serial: UInt64

    package init(keyID: UInt8, serial: UInt64) {
        self.keyID = keyID
        self.serial = serial
    }
}

/// What a payment code claims, after its signature was found good.
package struct CodeEvidence: Sendable, Hashable {
    package var reference: CodeReference
    package var account: AccountID
    package var issuedAt: UnixTime
    /// Last moment at which the code may be taken, without tolerance for clocks.
    package var expiresAt: UnixTime
    /// Largest amount that the code may pay.
    package var limit: Amount

    package init(
        reference: CodeReference, account: AccountID, issuedAt: UnixTime, expiresAt: UnixTime, limit: Amount
    ) {
        self.reference = reference
        self.account = account
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.limit = limit
    }
}

/// What the payer presented.
package enum Instrument: Sendable, Hashable {
    case card(CardEvidence)
    case code(CodeEvidence)
}

/// One debit that wants a decision.
package struct AuthorizationRequest: Sendable, Hashable {
    package var transaction: TransactionID
    /// From 1 fen to ``Amount/saleMaximum``.
    package var amount: Amount
    package var instrument: Instrument
    package var merchant: MerchantID
    package var lane: LaneID
    /// What became of the payer's PIN.
    package var pin = PINResult.notEntered
    /// Fixes the lots of the random online selection.
    package var selectionSeed: UInt64 = 0

    package init(
        transaction: TransactionID, amount: Amount, instrument: Instrument, merchant: MerchantID, lane: LaneID
    ) {
        invariant(amount > .zero && amount <= .saleMaximum, "a sale is from 1 fen to the sale maximum")
        self.transaction = transaction
        self.amount = amount
        self.instrument = instrument
        self.merchant = merchant
        self.lane = lane
    }
}
