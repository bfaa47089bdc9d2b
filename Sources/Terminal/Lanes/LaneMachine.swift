import Payments

/// The protocol of one lane: idle → amount armed → presented → approved, declined or failed → card removed → idle.
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
        /// The card could not be used, or could not be read: no money moved.
        case cardFailed(PresentationProblem)
        case codeVerified(CodeEvidence)
        case codeRefused(PresentationProblem)
        case decided(ConcludedTransaction, SaleTiming)
        /// The decision could not be stored, so there is none.
        case decisionFailed(number: Int, message: String)
        case orderExpired(SaleReference)
    }

    package enum Action: Sendable, Equatable {
        /// Take the card and find out who it is.
        case readCard
        case authorize(SaleOrder, Instrument)
        case show(LaneDisplay)
        case finish(SaleReference, SaleOutcome)
        case startOrderTimer(SaleReference)
        case cancelOrderTimer
        /// Refuse a new order: one is being served.
        case refuseOrder(SaleReference)
    }

    /// Legal ways out are in the comment of each state.
    private enum State: Equatable {
        /// → armed, reading (card was put down before the amount)
        case idle
        /// → reading, authorizing, idle (cancelled, expired)
        case armed(SaleOrder)
        /// → authorizing, armed (card failed), idle (never: a cancel waits for the reading to end)
        case reading(SaleOrder, cancelled: Bool)
        /// → idle. Cannot be cancelled: the decision is on its way to disk.
        case authorizing(SaleOrder)
    }

    /// What lies on the reader.
    private enum Field: Equatable {
        case empty
        case fresh
        /// Read already, for a sale or in vain: must leave before it is read again.
        case used
    }

    private var state = State.idle
    private var field = Field.empty
    /// A problem stays shown until something else is presented, also when the card behind it leaves: it is what the
    /// payer must read.
    private var showsProblem = false

    package init() {}

    /// Whether no order is being served.
    package var isIdle: Bool { state == .idle }

    /// Whether a reading or a decision is under way, which must come to its end.
    package var isBusy: Bool {
        switch state {
        case .reading, .authorizing: true
        case .idle, .armed: false
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
        case .cardFailed(let problem): cardFailed(problem)
        case .codeVerified(let evidence): codeVerified(evidence)
        case .codeRefused(let problem): codeRefused(problem)
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
            state = .armed(order)
            return [timer, .show(.presentPayment(order.amount))]
        case .used:
            state = .armed(order)
            return [timer, .show(.removeCardFirst(order.amount))]
        case .fresh:
            return [timer] + startReading(order)
        }
    }

    private mutating func startReading(_ order: SaleOrder) -> [Action] {
        field = .used
        showsProblem = false
        state = .reading(order, cancelled: false)
        return [.show(.reading), .readCard]
    }

    private mutating func cancel() -> [Action] {
        switch state {
        case .idle, .authorizing: return []
        case .armed(let order):
            state = .idle
            return [.cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle)]
        case .reading(let order, _):
            state = .reading(order, cancelled: true)
            return []
        }
    }

    private mutating func cardInserted() -> [Action] {
        // The same card cannot be inserted twice; a repeated report changes nothing.
        guard field == .empty else { return [] }
        field = .fresh
        guard case .armed(let order) = state else { return [] }
        return startReading(order)
    }

    private mutating func cardRemoved() -> [Action] {
        field = .empty
        switch state {
        case .idle: return [.show(.idle)]
        case .armed(let order): return showsProblem ? [] : [.show(.presentPayment(order.amount))]
        case .reading, .authorizing: return []
        }
    }

    private mutating func identified(_ evidence: CardEvidence) -> [Action] {
        guard case .reading(let order, let cancelled) = state else { return [] }
        if cancelled { return endCancelled(order) }
        return authorize(order, .card(evidence))
    }

    private mutating func cardFailed(_ problem: PresentationProblem) -> [Action] {
        guard case .reading(let order, let cancelled) = state else { return [] }
        if cancelled { return endCancelled(order) }
        state = .armed(order)
        showsProblem = true
        return [.show(.problem(problem))]
    }

    private mutating func endCancelled(_ order: SaleOrder) -> [Action] {
        state = .idle
        return [.cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle)]
    }

    private mutating func codeVerified(_ evidence: CodeEvidence) -> [Action] {
        // A code shown while no amount is armed, or while a card is being read, is not kept: the payer shows it again.
        guard case .armed(let order) = state else { return [] }
        return authorize(order, .code(evidence))
    }

    private mutating func codeRefused(_ problem: PresentationProblem) -> [Action] {
        guard case .armed = state else { return [] }
        showsProblem = true
        return [.show(.problem(problem))]
    }

    private mutating func authorize(_ order: SaleOrder, _ instrument: Instrument) -> [Action] {
        state = .authorizing(order)
        return [.cancelOrderTimer, .show(.authorizing), .authorize(order, instrument)]
    }

    private mutating func decided(_ transaction: ConcludedTransaction, _ timing: SaleTiming) -> [Action] {
        guard case .authorizing(let order) = state else { return [] }
        state = .idle
        let display: LaneDisplay =
            switch transaction.decision {
            case .approved: .approved(order.amount, available: transaction.available)
            case .declined(let reason, _): .declined(reason)
            }
        return [.finish(order.reference, .decided(transaction, timing)), .show(display)]
    }

    private mutating func decisionFailed(_ number: Int, _ message: String) -> [Action] {
        guard case .authorizing(let order) = state else { return [] }
        state = .idle
        return [.finish(order.reference, .fault(number: number, message: message)), .show(.fault(number: number))]
    }

    private mutating func expired(_ reference: SaleReference) -> [Action] {
        switch state {
        case .armed(let order) where order.reference == reference:
            state = .idle
            return [.finish(reference, .expired), .show(.idle)]
        case .reading(let order, cancelled: false) where order.reference == reference:
            // The card came at the last moment: it is served, and a failure of the card then ends the order late
            // rather than never.
            return [.startOrderTimer(reference)]
        default:
            return []
        }
    }
}
