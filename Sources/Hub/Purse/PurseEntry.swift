import Payments

/// Who says what became of an unknown transaction.
package enum PurseBasis: String, Codable, Sendable, CaseIterable {
    /// The terminal, which asked the card again.
    case terminal
    /// The card's own proof, its TAC.
    case proof
    /// The serials and balances of the card's other transactions.
    case card
    /// An operator.
    case person
}

/// A purse transaction as the store has it.
struct PurseEntry: Sendable, Hashable {
    /// What became of it, when its record said that nobody knows.
    struct Resolution: Sendable, Hashable {
        var basis: PurseBasis
        var witness: TransactionID?
        var note: String?
        var at: UnixTime
    }

    var transaction: TransactionID
    var card: CardID
    var kind: PurseMoveKind
    /// Whether the record said "unknown".
    var wasUnknown: Bool
    var amount: Amount
    var proof: PurseProof
    /// `nil` when the evidence cannot be read here.
    var serial: Int?
    var balanceBefore: Amount?
    /// Of a load, the account that pays.
    var account: AccountID?
    var merchant: MerchantID
    var occurredAt: UnixTime
    var receivedAt: UnixTime
    var state: PurseMoveState
    /// The newest one.
    var resolution: Resolution?

    /// The same for the rules about serials and balances; `nil` when the evidence cannot be read here.
    var move: PurseMove? {
        guard let serial, let balanceBefore else { return nil }
        return PurseMove(
            transaction: transaction, kind: kind, serial: serial, balanceBefore: balanceBefore, amount: amount,
            state: state, trusted: proof != .wrong, occurredAt: occurredAt, receivedAt: receivedAt)
    }
}
