import Payments

/// How a card and the books stand to each other.
package enum PurseStatus: String, Codable, Sendable, CaseIterable {
    /// The card shows what the books say.
    case agrees
    /// The card shows something else, and nothing is missing between.
    case drifts
    /// The card's serials name transactions that may still be on their way.
    case waits
    /// Outcomes are unknown.
    case unresolved
    /// Two transactions have one serial.
    case forked
    /// This hub cannot read the card's evidence.
    case unchecked
}

/// What the hub finds when it follows a card's transactions.
struct PurseStanding: Sendable {
    var books: Amount
    /// What the card holds after its last known transaction; `nil` while something before it may still come.
    var shown: Amount?
    var end: PursePoint
    var unknownCount: Int
    var flaws: [PurseWalk.Flaw]
    var waitingFor: TransactionID?
    var status: PurseStatus

    init(walk: PurseWalk, books: Amount, unknownCount: Int, isReadable: Bool) {
        self.books = books
        shown = isReadable ? walk.shown : nil
        end = walk.end
        self.unknownCount = unknownCount
        flaws = walk.flaws
        waitingFor = walk.waitingFor
        status =
            if walk.flaws.contains(where: { $0.kind == .forked }) {
                .forked
            } else if !isReadable {
                .unchecked
            } else if unknownCount > 0 {
                .unresolved
            } else if walk.shown == nil {
                .waits
            } else {
                walk.shown == books ? .agrees : .drifts
            }
    }

    /// What the card holds more than the books say; only when both can be compared.
    var drift: Amount? {
        guard status == .drifts, let shown else { return nil }
        return shown - books
    }

    /// Whether a person should see the purse in the list of drifts.
    var needsAttention: Bool { status != .agrees && status != .unchecked }

    /// Names this drift and no other: the card went on, or the books did, and it is another one.
    func driftReference(_ card: CardID) -> String? {
        guard drift != nil, let shown else { return nil }
        return "drift/\(card.text)/\(end.offline)/\(end.online)/\(shown.fen)/\(books.fen)"
    }
}
