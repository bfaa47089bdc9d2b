import Payments

/// The part of a lane in which the payer enters a PIN.
///
/// An account's PIN is checked by the terminal, so whoever pays is known and the card may have left. A card's own PIN
/// needs the card: one that has left must come again before the PIN is worth anything.
extension LaneMachine {
    /// What the PIN is for.
    enum PINUse: Equatable {
        case account(Instrument)
        case card(awaiting: TransactionID?)
    }

    mutating func pinWanted(_ request: PINRequest) -> [Action] {
        guard case .authorizing(let order, let instrument) = state else { return [] }
        return askForPIN(order, .account(instrument), request)
    }

    mutating func cardPINWanted(_ request: PINRequest, awaiting: TransactionID?) -> [Action] {
        guard case .reading(let order, let earlier, let cancelled) = state else { return [] }
        if cancelled { return end(order, awaiting: awaiting ?? earlier) }
        return askForPIN(order, .card(awaiting: awaiting ?? earlier), request)
    }

    private mutating func askForPIN(_ order: SaleOrder, _ use: PINUse, _ request: PINRequest) -> [Action] {
        state = .enteringPIN(order, use)
        showsProblem = false
        return [.startOrderTimer(order.reference), .show(.enterPIN(order.amount, request))]
    }

    mutating func pinEntered(_ pin: EnteredPIN) -> [Action] {
        switch (state, pin) {
        case (.enteringPIN(var order, .account(let instrument)), .account(let pin)):
            order.pin = pin
            return authorize(order, instrument)
        case (.enteringPIN(var order, .card(let awaiting)), .card(let pin)):
            order.kind = .load(pin)
            guard field == .empty else { return startReading(order, awaiting: awaiting) }
            state = .armed(order, awaiting: awaiting)
            let display: LaneDisplay =
                awaiting == nil ? .presentPayment(order.amount) : .presentSameCard(order.amount, .sameCardNeeded)
            return [.startOrderTimer(order.reference), .show(display)]
        default: return []
        }
    }

    /// Nobody entered it: the order ends as one that nobody paid.
    mutating func pinTakenBack(_ order: SaleOrder, _ use: PINUse) -> [Action] {
        switch use {
        case .account: end(order, awaiting: nil)
        case .card(let awaiting): end(order, awaiting: awaiting)
        }
    }

    mutating func pinExpired(_ order: SaleOrder, _ use: PINUse) -> [Action] {
        state = .idle
        guard case .card(let awaiting?) = use else { return [.finish(order.reference, .expired), .show(.idle)] }
        return [.finish(order.reference, .unknown(awaiting)), .show(.unknown)]
    }
}
