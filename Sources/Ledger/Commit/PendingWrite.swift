import Payments
import Terminal

/// Work on a transaction that waits for the commit that stores it. A class, because it is large and goes from
/// hand to hand.
final class PendingWrite: Sendable {
    /// What is to be stored.
    enum Work: Sendable {
        /// Is decided inside the commit.
        case sale(AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer)
        case void(TransactionID)
        /// A card is about to be asked for its own money. The number stays open.
        case intent(TransactionID, JournalRecord.Sale, SaleReference)
        /// How a transaction with a card's own money ended.
        case record(TransactionID, Outcome, JournalRecord.Sale)
        /// Is decided inside the commit.
        case correction(TransactionID, CorrectionRequest, CorrectionRules)
    }

    let work: Work
    let now: UnixTime

    init(work: Work, now: UnixTime) {
        self.work = work
        self.now = now
    }

    var transaction: TransactionID {
        switch work {
        case .sale(let request, _, _): request.transaction
        case .void(let transaction), .intent(let transaction, _, _), .record(let transaction, _, _),
            .correction(let transaction, _, _):
            transaction
        }
    }
}
