import Payments

/// Why money moved.
package enum PostingKind: String, Codable, Sendable, CaseIterable {
    /// A sale that a terminal's journal record posted.
    case purchase
    /// Money paid in.
    case topUp
    /// A merchant gave back what a sale took, or a part of it.
    case refund
    /// A merchant gave back a whole sale just after it.
    case void
    /// The part of money paid in that ends a debt.
    case debtRecovery
    /// Subsidy given to an account.
    case subsidyGrant
    /// Subsidy whose time has ended, taken back; or what was overspent of it, moved to the account's cash.
    case subsidyExpiry
    /// A sale that a card's own purse paid, by the terminal's record or by what was found out later.
    case pursePurchase
    /// Money that went from an account into a card's own purse.
    case purseLoad
    /// Takes a purse posting back that was concluded from the card's serials and proved wrong.
    case purseReversal
    /// What a card held before the books knew it.
    case purseOpening
    /// Brings the books to what the card shows.
    case purseCorrection
    /// What two persons of the office decided; its adjustment says why.
    case adjustment
    /// A merchant's confirmed settlement.
    case settlement
    /// The payment of a settlement.
    case settlementPayment
}

/// One line of a statement: this account's side of a posting.
package struct StatementLine: Codable, Sendable, Hashable {
    package var posting: Int64
    package var kind: PostingKind
    /// When it happened: the terminal's time for a purchase, the hub's for the rest.
    package var occurredAtMilliseconds: Int64
    /// When the hub posted it.
    package var postedAtMilliseconds: Int64
    /// Credits are positive.
    package var amountFen: Int64
    /// Balance after this line, in order of posting.
    package var balanceFen: Int64
    /// The other side: `merchant:canteen-1`, `cardholder:2026010001`, `subsidy:2026010001`, `purse:` and a card,
    /// `funding`, `suspense`.
    package var counterparty: BookAccount
    /// Present for a purchase, its corrections, and a load.
    package var transaction: TransactionID?
    /// Present for the rest.
    package var reference: String?
}

/// A page of a statement, newest line first.
package struct Statement: Codable, Sendable, Hashable {
    package var lines: [StatementLine]
    /// Balance now.
    package var balanceFen: Int64
    /// Where the next, older page starts; absent on the last page.
    package var next: Int64?
}
