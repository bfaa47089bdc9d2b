import Payments

/// Why money moved.
package enum PostingKind: String, Codable, Sendable, CaseIterable {
    /// A sale that a terminal's journal record posted.
    case purchase
    /// Money paid in.
    case topUp
}

/// One line of a statement: this account's side of a posting.
package struct StatementLine: Codable, Sendable, Hashable {
    package var posting: Int64
    package var kind: PostingKind
    /// When it happened: the terminal's time for a purchase, the hub's for a top-up.
    package var occurredAtMilliseconds: Int64
    /// When the hub posted it.
    package var postedAtMilliseconds: Int64
    /// Credits are positive.
    package var amountFen: Int64
    /// Balance after this line, in order of posting.
    package var balanceFen: Int64
    /// The other side: `merchant:canteen-1`, `cardholder:2026010001`, `funding`, `suspense`.
    package var counterparty: BookAccount
    /// Present for a purchase.
    package var transaction: TransactionID?
    /// Present for a top-up.
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
