/// When the payer must prove by PIN that the account is theirs.
package struct PINRules: Sendable, Hashable {
    /// A single sale above this amount needs it.
    package var above: Amount?
    /// A sale that takes the day's sum above this amount needs it.
    package var cumulative: Amount?

    package init(above: Amount? = nil, cumulative: Amount? = nil) {
        self.above = above
        self.cumulative = cumulative
    }

    /// Whether the sale needs it.
    package func isNeeded(_ amount: Amount, today: PeriodUse) -> Bool {
        if let above, amount > above { return true }
        if let cumulative, today.amount + amount > cumulative { return true }
        return false
    }

    /// What speaks against a sale by card: the terminal's rule, and the hub's for a hold.
    package func objection(
        to amount: Amount, pin: PINResult, terms: AccountTerms, today: PeriodUse
    ) -> DeclineReason? {
        // A wrong PIN is refused also where none was needed, so that it counts.
        if pin != .notEntered, terms.isPINLocked { return .pinTriesExceeded }
        if pin == .wrong { return .pinWrong }
        guard isNeeded(amount, today: today) else { return nil }
        guard terms.hasPIN else { return .pinNotSet }
        if terms.isPINLocked { return .pinTriesExceeded }
        return pin == .correct ? nil : .pinRequired
    }
}

/// What became of the PIN that belongs to a sale. It is checked before the decision, because the check is slow on
/// purpose; the PIN itself never gets here.
package enum PINResult: Sendable, Hashable, CaseIterable {
    case notEntered
    case correct
    case wrong
}

/// How many wrong PINs in a row lock it until the hub resets it.
package enum PINLock {
    package static let attempts = 3
}

/// Refuses a sale whose payer should have proven by PIN that the account is theirs. A code shown on the payer's own
/// phone was asked for there.
struct PINRule: OfflineRule {
    let rules: PINRules

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard case .card = request.instrument else { return nil }
        return rules.objection(to: request.amount, pin: request.pin, terms: view.terms, today: view.today)
    }
}
