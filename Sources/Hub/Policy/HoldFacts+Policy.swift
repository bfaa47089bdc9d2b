import Payments

extension HoldFacts.Policy {
    /// What the campus policy has against a hold: the same rules as at the terminal, with the hub's own figures.
    func objection(to terms: HoldTerms, said: HoldCircumstances, now: UnixTime) -> DeclineReason? {
        var view = LedgerView()
        view.policy = policy
        view.terms = self.terms
        view.today = today
        view.meal = meal
        let rules = policy.rules(
            in: policy.scope(merchant: terms.merchant, cardClass: self.terms.cardClass, now: now))
        return rules.objectionBesidePIN(to: terms.amount, view: view, now: now)
            ?? pinObjection(rules.pin, to: terms, said: said)
    }

    /// The PIN never leaves the terminal, which checks it against the hash that it was told. The hub believes the check
    /// as long as it was made against the PIN that counts now.
    private func pinObjection(_ rules: PINRules, to terms: HoldTerms, said: HoldCircumstances) -> DeclineReason? {
        guard case .card = terms.payer else { return nil }
        let entered: PINResult = said.pinVersion == nil ? .notEntered : .correct
        if let reason = rules.objection(to: terms.amount, pin: entered, terms: self.terms, today: today) {
            return reason
        }
        guard rules.isNeeded(terms.amount, today: today) else { return nil }
        return isPINProven(said) ? nil : .pinOutdated
    }

    /// Whether the payer entered the PIN that counts now.
    func isPINProven(_ said: HoldCircumstances) -> Bool {
        said.pinVersion != nil && said.pinVersion == pinVersion && !terms.isPINLocked
    }

    /// What subsidy pays of a hold: subsidy first, then cash, as a terminal splits a sale that it decides alone.
    func subsidy(for terms: HoldTerms, said: HoldCircumstances, now: UnixTime) -> Amount {
        let scope = policy.scope(merchant: terms.merchant, cardClass: self.terms.cardClass, now: now)
        var (left, bought) = (subsidy, meal)
        left.available -= said.undeliveredSubsidy
        bought.subsidyCount += said.undeliveredMealSubsidies
        return SubsidySplit(
            terms.amount, rules: policy.rules(in: scope).subsidy, balance: left,
            meal: scope.meal == nil ? nil : bought, now: now
        ).subsidy
    }
}
