/// What an account's holder is, has chosen and has proven: the part of the replica's row that the policy asks for.
package struct AccountTerms: Sendable, Hashable {
    package var cardClass: ClassName
    /// The cardholder's own limits.
    package var limits: SpendingLimits
    /// Whether the account has a PIN.
    package var hasPIN: Bool
    /// Whether it was entered wrongly too often, here or at the hub.
    package var isPINLocked: Bool
    /// Wrong PINs in a row at this terminal.
    package var pinFailures = 0

    package init(
        cardClass: ClassName = .standard, limits: SpendingLimits = SpendingLimits(), hasPIN: Bool = false,
        isPINLocked: Bool = false
    ) {
        self.cardClass = cardClass
        self.limits = limits
        self.hasPIN = hasPIN
        self.isPINLocked = isPINLocked
    }
}

extension AccountTerms {
    /// How often the PIN may still be entered wrongly here before it is locked.
    package var pinAttemptsLeft: Int { isPINLocked ? 0 : max(0, PINLock.attempts - pinFailures) }
}

/// Limits of what an account spends, whoever set them.
package struct SpendingLimits: Sendable, Hashable {
    /// Largest single sale, inclusive.
    package var single: Amount?
    /// Largest sum of a local day, inclusive.
    package var day: Amount?

    package init(single: Amount? = nil, day: Amount? = nil) {
        self.single = single
        self.day = day
    }
}

extension SpendingLimits {
    /// Refuses what the campus or the cardholder does not want spent; the lower limit counts.
    func objection(to amount: Amount, view: LedgerView) -> DeclineReason? {
        let own = view.terms.limits
        if let single = [single, own.single].compactMap({ $0 }).min(), amount > single { return .singleLimitExceeded }
        if let day = [day, own.day].compactMap({ $0 }).min(), view.today.amount + amount > day {
            return .dayLimitExceeded
        }
        return nil
    }
}
