import Payments

/// `POST /operator/v1/accounts`.
package struct NewAccount: Codable, Sendable, Hashable {
    package var id: AccountID
    package var name: String

    package init(id: AccountID, name: String) {
        self.id = id
        self.name = name
    }
}

/// `POST /operator/v1/cards`.
package struct NewCard: Codable, Sendable, Hashable {
    package var id: CardID
    package var account: AccountID

    package init(id: CardID, account: AccountID) {
        self.id = id
        self.account = account
    }
}

/// `POST /operator/v1/merchants`.
package struct NewMerchant: Codable, Sendable, Hashable {
    package var id: MerchantID
    package var name: String

    package init(id: MerchantID, name: String) {
        self.id = id
        self.name = name
    }
}

/// `POST /operator/v1/terminals`.
package struct NewTerminal: Codable, Sendable, Hashable {
    package var name: String
    /// The merchants for which the terminal may sell, one or more.
    package var merchants: [MerchantID]
    /// The terminal's number; the hub takes the next free one when absent.
    package var id: TerminalID?

    package init(name: String, merchants: [MerchantID], id: TerminalID? = nil) {
        self.name = name
        self.merchants = merchants
        self.id = id
    }
}

/// `PUT /operator/v1/terminals/{terminal}/merchants`.
package struct TerminalMerchants: Codable, Sendable, Hashable {
    package var merchants: [MerchantID]

    package init(merchants: [MerchantID]) { self.merchants = merchants }
}

/// `POST /operator/v1/topups`: money paid in. The reference is what makes a repeated request harmless.
package struct TopUpRequest: Codable, Sendable, Hashable {
    package var account: AccountID
    package var amountFen: Int64
    /// A receipt number, 1 to ``HubLimits/referenceBytes`` bytes; one reference pays in once, ever.
    package var reference: String

    package init(account: AccountID, amountFen: Int64, reference: String) {
        self.account = account
        self.amountFen = amountFen
        self.reference = reference
    }
}

/// The answer to a top-up.
package struct TopUpReceipt: Codable, Sendable, Hashable {
    package var posting: Int64
    package var account: AccountID
    package var amountFen: Int64
    package var reference: String
    /// Balance now.
    package var balanceFen: Int64
    /// Whether the reference was known and nothing was posted this time.
    package var repeated: Bool
}

/// `POST /operator/v1/codes`.
package struct CodeRequest: Codable, Sendable, Hashable {
    package var account: AccountID
    /// Largest amount that the code may pay; ``HubLimits/codeLimit`` when absent.
    package var limitFen: Int64?
    /// How long the code may be used; ``HubLimits/codeLifetimeSeconds`` when absent.
    package var lifetimeSeconds: Int?

    package init(account: AccountID, limitFen: Int64? = nil, lifetimeSeconds: Int? = nil) {
        self.account = account
        self.limitFen = limitFen
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// A fresh payment code. Its text is money: it is shown to the payer and never logged.
package struct IssuedCode: Codable, Sendable, Hashable {
    /// What the payer shows, as digits.
    package var code: String
    package var keyID: UInt8
    /// 16 hexadecimal digits.
    package var serial: String
    package var account: AccountID
    package var limitFen: Int64
    package var issuedAtMilliseconds: Int64
    package var expiresAtMilliseconds: Int64
}

/// `POST /operator/v1/exceptions/{exception}/close`.
package struct ExceptionNote: Codable, Sendable, Hashable {
    /// What was found and done, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String
    /// How it ended; `explained` when absent.
    package var resolution: ExceptionResolution?
    /// The approved adjustment that solved it.
    package var adjustment: Int64?

    package init(note: String, resolution: ExceptionResolution? = nil, adjustment: Int64? = nil) {
        self.note = note
        self.resolution = resolution
        self.adjustment = adjustment
    }
}
