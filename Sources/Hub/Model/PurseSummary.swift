import Payments

/// A card's purse as the operator sees it.
package struct PurseSummary: Codable, Sendable, Hashable {
    package var card: CardID
    /// Whose card it is; absent when it was never issued here.
    package var account: AccountID?
    package var status: PurseStatus
    /// What the books say that the card holds.
    package var booksFen: Int64
    /// What the card holds after its last known transaction; absent while something before it may still come.
    package var shownFen: Int64?
    /// What the card holds more than the books say; only when nothing is missing.
    package var driftFen: Int64?
    /// Names the drift for its correction.
    package var driftReference: String?
    /// Transactions with an unknown outcome.
    package var unknowns: Int
    /// Why card and books do not agree, and what to do; absent when they agree.
    package var cause: String?
    package var advice: String?
}

/// Which purses to list.
package enum PurseFilter: String, Codable, Sendable, CaseIterable {
    /// Those that do not agree with the books, or cannot be compared yet.
    case drift
    case all
}

/// One transaction of a purse.
package struct PurseTransactionSummary: Codable, Sendable, Hashable {
    package var transaction: TransactionID
    package var card: CardID
    package var kind: PurseMoveKind
    package var amountFen: Int64
    /// The card's own number of it; absent when its evidence cannot be read here.
    package var serial: Int?
    package var balanceBeforeFen: Int64?
    package var proof: PurseProof
    package var state: PurseMoveState
    /// Who said so, when its record said that nobody knows.
    package var basis: PurseBasis?
    /// The transaction that proves it.
    package var witness: TransactionID?
    /// The operator's note.
    package var note: String?
    /// The account that a load takes from.
    package var account: AccountID?
    package var merchant: MerchantID
    /// The terminal's time.
    package var occurredAtMilliseconds: Int64
    package var receivedAtMilliseconds: Int64
}

extension PurseSummary {
    init(_ card: CardID, account: AccountID?, standing: PurseStanding, wasOpened: Bool) {
        self.card = card
        self.account = account
        status = standing.status
        booksFen = standing.books.fen
        shownFen = standing.shown?.fen
        driftFen = standing.drift?.fen
        driftReference = standing.driftReference(card)
        unknowns = standing.unknownCount
        (cause, advice) = Self.explanation(card, standing, wasOpened: wasOpened)
    }

    private static func explanation(
        _ card: CardID, _ standing: PurseStanding, wasOpened: Bool
    ) -> (cause: String?, advice: String?) {
        switch standing.status {
        case .agrees: return (nil, nil)
        case .unchecked:
            return ("this hub cannot read the card's transactions", "compare the card at the counter")
        case .unresolved:
            return (
                "\(standing.unknownCount) outcomes are unknown",
                "let the card be used again, or: till-hub purse resolve TRANSACTION happened|did-not-happen"
            )
        case .waits:
            return (
                "transaction \(standing.waitingFor?.text ?? "") shows that records before it have not come",
                "bring the terminals that the card used to the network; after the waiting time the drift is shown"
            )
        case .forked:
            return (
                "two transactions have one serial: the card was cloned",
                "stop the card (till-hub card stolen \(card.text)) and give its holder a new one"
            )
        case .drifts: break
        }
        let correction = "till-hub purse correct \(card.text) --note TEXT"
        if let flaw = standing.flaws.first {
            let what =
                flaw.kind == .recordsMissing
                ? "records before transaction \(flaw.transaction) never came"
                : "the balance changed before transaction \(flaw.transaction) without a record"
            let opening =
                wasOpened || flaw.difference <= .zero
                ? "" : "; money from before the books: till-hub purse open \(card.text) --balance YUAN"
            return (what, "find the cause, then: \(correction)\(opening)")
        }
        return ("postings of this card contradict what it shows", "find the cause, then: \(correction)")
    }
}

extension PurseTransactionSummary {
    init(_ entry: PurseEntry) {
        transaction = entry.transaction
        card = entry.card
        kind = entry.kind
        amountFen = entry.amount.fen
        serial = entry.serial
        balanceBeforeFen = entry.balanceBefore?.fen
        proof = entry.proof
        state = entry.state
        basis = entry.resolution?.basis
        witness = entry.resolution?.witness
        note = entry.resolution?.note
        account = entry.account
        merchant = entry.merchant
        occurredAtMilliseconds = entry.occurredAt.milliseconds
        receivedAtMilliseconds = entry.receivedAt.milliseconds
    }
}
