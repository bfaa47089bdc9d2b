import Payments

extension HoldFacts.Policy {
    /// What the campus policy has against a hold: the same rules as at the terminal, with the hub's own figures. The
    /// payer's PIN is the terminal's matter, which has it.
    func objection(to terms: HoldTerms, now: UnixTime) -> DeclineReason? {
        var view = LedgerView()
        view.policy = policy
        view.terms = self.terms
        view.today = today
        view.meal = meal
        let rules = policy.rules(
            in: policy.scope(merchant: terms.merchant, cardClass: self.terms.cardClass, now: now))
        return rules.objectionBesidePIN(to: terms.amount, view: view, now: now)
    }

    /// What subsidy would pay of a hold: subsidy first, then cash, as the terminal splits it.
    func subsidy(for terms: HoldTerms, now: UnixTime) -> Amount {
        let scope = policy.scope(merchant: terms.merchant, cardClass: self.terms.cardClass, now: now)
        return SubsidySplit(
            terms.amount, rules: policy.rules(in: scope).subsidy, balance: subsidy,
            meal: scope.meal == nil ? nil : meal, now: now
        ).subsidy
    }
}
