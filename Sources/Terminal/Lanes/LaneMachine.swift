import Payments

/// The protocol of one lane: idle → amount armed → presented → (PIN entered →) approved, declined or failed → card
/// removed → idle.
///
/// One event in, actions out; no I/O. Two rules keep a card that stays on the reader from paying twice: an order
/// leaves `armed` exactly once, and a card that has been used must leave the field before another order may read it.
package struct LaneMachine: Sendable {
    package enum Event: Sendable {
        case armed(SaleOrder)
        case cancelled
        case cardInserted
        case cardRemoved
        /// The reader went away; whatever lay on it is gone for us.
        case readerLost
        case cardIdentified(CardEvidence)
        /// The card's own purse paid, or was refused.
        case cardDecided(ConcludedTransaction, SaleTiming)
        /// Nobody knows whether the card's own purse paid.
        case cardUnknown(TransactionID, PresentationProblem)
        /// The awaited card came and cannot tell.
        case cardUndetermined(TransactionID)
        /// The card could not be used, or could not be read: no money moved.
        case cardFailed(PresentationProblem)
        case codeVerified(CodeEvidence)
        case codeRefused(PresentationProblem)
        /// The payer must prove by the account's PIN who they are; a wrong one was refused, and may be tried again.
        case pinWanted(PINRequest)
        /// The card wants its own PIN. The transaction is the order's own whose outcome is not known.
        case cardPINWanted(PINRequest, awaiting: TransactionID?)
        case pinEntered(EnteredPIN)
        case decided(ConcludedTransaction, SaleTiming)
        /// The decision could not be stored, so there is none.
        case decisionFailed(number: Int, message: String)
        case orderExpired(SaleReference)
    }

    package enum Action: Sendable, Equatable {
        /// Take the card to the end of its part in the order. The transaction is the order's own whose outcome is not
        /// known: only its card is served.
        case readCard(SaleOrder, awaiting: TransactionID?)
        case authorize(SaleOrder, Instrument)
        case show(LaneDisplay)
        case finish(SaleReference, SaleOutcome)
        case startOrderTimer(SaleReference)
        case cancelOrderTimer
        /// Refuse a new order: one is being served.
        case refuseOrder(SaleReference)
    }

    /// Legal ways out are in the comment of each state.
    enum State: Equatable {
        /// → armed, reading (card was put down before the amount)
        case idle
        /// → reading, authorizing, idle (cancelled, expired). While a card is awaited, only cards are taken.
        case armed(SaleOrder, awaiting: TransactionID?)
        /// → authorizing, armed (card failed, or its outcome is not known), enteringPIN (the card wants its own), idle
        /// (the card's purse decided it). A cancel waits for the reading to end.
        case reading(SaleOrder, awaiting: TransactionID?, cancelled: Bool)
        /// → idle, enteringPIN. Cannot be cancelled: the decision is on its way to disk.
        case authorizing(SaleOrder, Instrument)
        /// → authorizing (an account's PIN), reading or armed (a card's), idle (cancelled, expired).
        case enteringPIN(SaleOrder, PINUse)
    }

    /// What lies on the reader.
    enum Field: Equatable {
        case empty
        case fresh
        /// Read already, for a sale or in vain: must leave before it is read again.
        case used
    }

    var state = State.idle
    var field = Field.empty
    /// A problem stays shown until something else is presented, also when the card behind it leaves: it is what the
    /// payer must read.
    var showsProblem = false

    package init() {}

    /// Whether no order is being served.
    package var isIdle: Bool { state == .idle }

    /// Whether a reading or a decision is under way, which must come to its end.
    package var isBusy: Bool {
        switch state {
        case .reading, .authorizing: true
        case .idle, .armed, .enteringPIN: false
        }
    }

    /// Whether a card lies on the reader, as far as it has said.
    package var hasCard: Bool { field != .empty }

    package mutating func receive(_ event: Event) -> [Action] {
        switch event {
        case .armed(let order): arm(order)
        case .cancelled: cancel()
        case .cardInserted: cardInserted()
        case .cardRemoved, .readerLost: cardRemoved()
        case .cardIdentified(let evidence): identified(evidence)
        case .cardDecided(let transaction, let timing): cardDecided(transaction, timing)
        case .cardUnknown(let transaction, let problem): cardUnknown(transaction, problem)
        case .cardUndetermined(let transaction): cardUndetermined(transaction)
        case .cardFailed(let problem): cardFailed(problem)
        case .codeVerified(let evidence): codeVerified(evidence)
        case .codeRefused(let problem): codeRefused(problem)
        case .pinWanted(let request): pinWanted(request)
        case .cardPINWanted(let request, let awaiting): cardPINWanted(request, awaiting: awaiting)
        case .pinEntered(let pin): pinEntered(pin)
        case .decided(let transaction, let timing): decided(transaction, timing)
        case .decisionFailed(let number, let message): decisionFailed(number, message)
        case .orderExpired(let reference): expired(reference)
        }
    }

    private mutating func arm(_ order: SaleOrder) -> [Action] {
        guard state == .idle else { return [.refuseOrder(order.reference)] }
        showsProblem = false
        let timer = Action.startOrderTimer(order.reference)
        switch field {
        case .empty:
            state = .armed(order, awaiting: nil)
            return [timer, .show(.presentPayment(order.amount))]
        case .used:
            state = .armed(order, awaiting: nil)
            return [timer, .show(.removeCardFirst(order.amount))]
        case .fresh:
            return [timer] + startReading(order, awaiting: nil)
        }
    }

    mutating func startReading(_ order: SaleOrder, awaiting: TransactionID?) -> [Action] {
        field = .used
        showsProblem = false
        state = .reading(order, awaiting: awaiting, cancelled: false)
        return [.show(.reading), .readCard(order, awaiting: awaiting)]
    }

    private mutating func cancel() -> [Action] {
        switch state {
        case .idle, .authorizing: return []
        case .armed(let order, let awaiting): return end(order, awaiting: awaiting)
        case .reading(let order, let awaiting, _):
            state = .reading(order, awaiting: awaiting, cancelled: true)
            return []
        case .enteringPIN(let order, let use): return pinTakenBack(order, use)
        }
    }

    /// Ends an order that was taken back. One whose card may have paid ends as unknown.
    mutating func end(_ order: SaleOrder, awaiting: TransactionID?) -> [Action] {
        state = .idle
        guard let awaiting else {
            return [.cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle)]
        }
        return [.cancelOrderTimer, .finish(order.reference, .unknown(awaiting)), .show(.unknown)]
    }

    private mutating func cardInserted() -> [Action] {
        // The same card cannot be inserted twice; a repeated report changes nothing.
        guard field == .empty else { return [] }
        // Put back while its PIN is entered, it belongs to this order and not to the next.
        if case .enteringPIN = state { field = .used } else { field = .fresh }
        guard case .armed(let order, let awaiting) = state else { return [] }
        return startReading(order, awaiting: awaiting)
    }

    private mutating func cardRemoved() -> [Action] {
        field = .empty
        switch state {
        case .idle: return [.show(.idle)]
        case .armed(let order, nil): return showsProblem ? [] : [.show(.presentPayment(order.amount))]
        case .armed, .reading, .authorizing, .enteringPIN: return []
        }
    }

    private mutating func identified(_ evidence: CardEvidence) -> [Action] {
        guard case .reading(let order, let awaiting, let cancelled) = state else { return [] }
        if cancelled { return end(order, awaiting: awaiting) }
        return authorize(order, .card(evidence))
    }

    /// The card's money has moved, or will not: a cancel came too late.
    private mutating func cardDecided(_ transaction: ConcludedTransaction, _ timing: SaleTiming) -> [Action] {
        guard case .reading(let order, _, _) = state else { return [] }
        return [.cancelOrderTimer] + finish(order, transaction, timing)
    }

    private mutating func cardUnknown(_ transaction: TransactionID, _ problem: PresentationProblem) -> [Action] {
        guard case .reading(let order, _, let cancelled) = state else { return [] }
        if cancelled { return end(order, awaiting: transaction) }
        state = .armed(problem.wantsCardPIN ? order.withoutCardPIN : order, awaiting: transaction)
        return [.startOrderTimer(order.reference), .show(.presentSameCard(order.amount, problem))]
    }

    private mutating func cardUndetermined(_ transaction: TransactionID) -> [Action] {
        guard case .reading(let order, _, _) = state else { return [] }
        return end(order, awaiting: transaction)
    }

    private mutating func cardFailed(_ problem: PresentationProblem) -> [Action] {
        guard case .reading(let order, let awaiting, let cancelled) = state else { return [] }
        if cancelled { return end(order, awaiting: awaiting) }
        state = .armed(problem.wantsCardPIN ? order.withoutCardPIN : order, awaiting: awaiting)
        guard awaiting == nil else { return [.show(.presentSameCard(order.amount, problem))] }
        showsProblem = true
        return [.show(.problem(problem))]
    }

    private mutating func codeVerified(_ evidence: CodeEvidence) -> [Action] {
        // A code shown while no amount is armed, or while a card is being read, is not kept: the payer shows it again.
        // While a card is awaited that may have paid, a code could make the payer pay twice.
        // Nor can a code fill a card.
        guard case .armed(let order, nil) = state, order.kind == .sale else { return [] }
        return authorize(order, .code(evidence))
    }

    private mutating func codeRefused(_ problem: PresentationProblem) -> [Action] {
        guard case .armed(let order, nil) = state, order.kind == .sale else { return [] }
        showsProblem = true
        return [.show(.problem(problem))]
    }

    mutating func authorize(_ order: SaleOrder, _ instrument: Instrument) -> [Action] {
        state = .authorizing(order, instrument)
        return [.cancelOrderTimer, .show(.authorizing), .authorize(order, instrument)]
    }

    private mutating func decided(_ transaction: ConcludedTransaction, _ timing: SaleTiming) -> [Action] {
        guard case .authorizing(let order, _) = state else { return [] }
        return finish(order, transaction, timing)
    }

    private mutating func finish(
        _ order: SaleOrder, _ transaction: ConcludedTransaction, _ timing: SaleTiming
    ) -> [Action] {
        state = .idle
        let display: LaneDisplay =
            switch transaction.decision {
            case .approved: .approved(transaction.record.sale?.amount ?? order.amount, available: transaction.available)
            case .declined(let reason, _): .declined(reason)
            }
        return [.finish(order.reference, .decided(transaction, timing)), .show(display)]
    }

    private mutating func decisionFailed(_ number: Int, _ message: String) -> [Action] {
        switch state {
        case .authorizing(let order, _): return fault(order, number, message)
        case .reading(let order, nil, _): return [.cancelOrderTimer] + fault(order, number, message)
        case .reading(let order, let awaiting, _): return end(order, awaiting: awaiting)
        case .idle, .armed, .enteringPIN: return []
        }
    }

    private mutating func fault(_ order: SaleOrder, _ number: Int, _ message: String) -> [Action] {
        state = .idle
        return [.finish(order.reference, .fault(number: number, message: message)), .show(.fault(number: number))]
    }

    private mutating func expired(_ reference: SaleReference) -> [Action] {
        switch state {
        case .armed(let order, let awaiting) where order.reference == reference:
            state = .idle
            guard let awaiting else { return [.finish(reference, .expired), .show(.idle)] }
            return [.finish(reference, .unknown(awaiting)), .show(.unknown)]
        case .reading(let order, _, cancelled: false) where order.reference == reference:
            // The card came at the last moment: it is served, and a failure of the card then ends the order late
            // rather than never.
            return [.startOrderTimer(reference)]
        case .enteringPIN(let order, let use) where order.reference == reference: return pinExpired(order, use)
        default:
            return []
        }
    }
}
