import Payments

/// Which way money moved between a purse and the rest.
package enum PurseMoveKind: String, Codable, Sendable, CaseIterable {
    case purchase
    case load
}

/// What the hub knows of a purse transaction.
package enum PurseMoveState: String, Codable, Sendable, CaseIterable {
    case happened
    case unknown
    case didNotHappen
}

/// One transaction of a card with its own money, with what the card said about itself.
struct PurseMove: Sendable, Hashable {
    var transaction: TransactionID
    var kind: PurseMoveKind
    /// The card's offline serial of a purchase, its online serial of a load.
    var serial: Int
    var balanceBefore: Amount
    var amount: Amount
    var state: PurseMoveState
    /// Whether what the card said may prove something about other transactions.
    var trusted: Bool
    var occurredAt: UnixTime
    var receivedAt: UnixTime

    /// What the card holds when it happened.
    var balanceAfter: Amount { kind == .purchase ? balanceBefore - amount : balanceBefore + amount }
}
