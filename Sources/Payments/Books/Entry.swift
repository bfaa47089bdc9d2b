/// An account of the double-entry books, in the short text form used in SQLite and statements.
package enum BookAccount: TextIdentifier, CustomStringConvertible {
    /// What the campus owes a cardholder: `cardholder:2026010001`.
    case cardholder(AccountID)
    /// What of it may be spent as subsidy only: `subsidy:2026010001`.
    case subsidy(AccountID)
    /// What the campus owes a merchant: `merchant:canteen-1`.
    case merchant(MerchantID)
    /// What the campus owes the holder of a card for the money in the card's own purse, as the hub's books know it:
    /// `purse:` and the card's text.
    case purse(CardID)
    /// Money paid in from outside (cash desk, bank): `funding`.
    case funding
    /// Debits that cannot be given to an account yet and wait for a person: `suspense`.
    case suspense
    /// What a cardholder owes the campus outside the account, negative: `debt:2026010001`.
    case debt(AccountID)
    /// Confirmed settlements that are not paid out yet: `settled`.
    case settled
    /// Money that left for a merchant's bank account: `bank`.
    case bank
    /// What the campus bears itself, negative: `losses`.
    case losses

    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        switch (parts.first, parts.count) {
        case ("cardholder", 2):
            if let id = AccountID(text: String(parts[1])) { self = .cardholder(id) } else { return nil }
        case ("subsidy", 2):
            if let id = AccountID(text: String(parts[1])) { self = .subsidy(id) } else { return nil }
        case ("merchant", 2):
            if let id = MerchantID(text: String(parts[1])) { self = .merchant(id) } else { return nil }
        case ("purse", 2):
            if let card = CardID(text: String(parts[1])) { self = .purse(card) } else { return nil }
        case ("funding", 1): self = .funding
        case ("suspense", 1): self = .suspense
        case ("debt", 2):
            if let id = AccountID(text: String(parts[1])) { self = .debt(id) } else { return nil }
        case ("settled", 1): self = .settled
        case ("bank", 1): self = .bank
        case ("losses", 1): self = .losses
        default: return nil
        }
    }

    package var text: String {
        switch self {
        case .cardholder(let id): "cardholder:\(id.text)"
        case .subsidy(let id): "subsidy:\(id.text)"
        case .merchant(let id): "merchant:\(id.text)"
        case .purse(let card): "purse:\(card.text)"
        case .funding: "funding"
        case .suspense: "suspense"
        case .debt(let id): "debt:\(id.text)"
        case .settled: "settled"
        case .bank: "bank"
        case .losses: "losses"
        }
    }

    package var description: String {
        switch self {
        case .cardholder(let id): id.description
        case .subsidy(let id): "subsidy of \(id)"
        case .purse(let card): "purse of \(card)"
        case .debt(let id): "debt of \(id)"
        default: text
        }
    }
}

/// One leg of a posting: a signed amount on one account. Credits are positive: what the campus owes grows.
package struct Entry: Sendable, Hashable {
    package var account: BookAccount
    package var amount: Amount

    package init(account: BookAccount, amount: Amount) {
        self.account = account
        self.amount = amount
    }
}

/// Entries that belong together and sum to zero (promise 3). Never changed; a correction is another posting.
package struct Posting: Sendable, Hashable {
    package let entries: [Entry]

    /// - Parameter entries: two or more that sum to zero.
    package init(_ entries: [Entry]) {
        invariant(entries.count >= 2, "a posting has two entries or more")
        invariant(entries.reduce(Amount.zero) { $0 + $1.amount } == .zero, "the entries of a posting sum to zero")
        self.entries = entries
    }

    /// A sale: the cardholder's account pays the merchant, `subsidy` of it out of the subsidy purse. A purse that pays
    /// nothing has no entry.
    package static func purchase(
        _ amount: Amount, subsidy: Amount = .zero, from account: AccountID, to merchant: MerchantID
    ) -> Posting {
        Posting(purses(-amount, subsidy: -subsidy, account) + [Entry(account: .merchant(merchant), amount: amount)])
    }

    /// A refund or void: the merchant gives money back to the purses that paid.
    package static func refund(
        _ amount: Amount, subsidy: Amount = .zero, from merchant: MerchantID, to account: AccountID
    ) -> Posting {
        Posting([Entry(account: .merchant(merchant), amount: -amount)] + purses(amount, subsidy: subsidy, account))
    }

    /// The entries of an account's purses for a signed amount, subsidy first.
    private static func purses(_ amount: Amount, subsidy: Amount, _ account: AccountID) -> [Entry] {
        [
            Entry(account: .subsidy(account), amount: subsidy),
            Entry(account: .cardholder(account), amount: amount - subsidy),
        ].filter { $0.amount != .zero }
    }

    /// A sale from a card's own purse.
    package static func pursePurchase(_ amount: Amount, from card: CardID, to merchant: MerchantID) -> Posting {
        Posting([
            Entry(account: .purse(card), amount: -amount),
            Entry(account: .merchant(merchant), amount: amount),
        ])
    }

    /// A load: money goes from the cardholder's account to the card's own purse.
    package static func purseLoad(_ amount: Amount, from account: AccountID, to card: CardID) -> Posting {
        Posting([
            Entry(account: .cardholder(account), amount: -amount),
            Entry(account: .purse(card), amount: amount),
        ])
    }

    /// Money paid in from outside.
    package static func topUp(_ amount: Amount, to account: AccountID) -> Posting {
        Posting([
            Entry(account: .funding, amount: -amount),
            Entry(account: .cardholder(account), amount: amount),
        ])
    }
}
