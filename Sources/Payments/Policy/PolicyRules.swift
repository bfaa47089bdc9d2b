/// All rules for one sale, resolved: typed values, `nil` where there is no such limit.
package struct PolicyRules: Sendable, Hashable {
    /// What the terminal may decide alone.
    package var offline: OfflinePolicy
    /// Longest wait of the oldest unsent offline sale, after which nothing more is approved alone.
    package var unsentAge: Duration?
    package var selection: OnlineSelection
    package var meal: MealRules
    package var subsidy: SubsidyRules
    /// The campus's own limits for cardholders; the cardholder's are in ``AccountTerms``, and the lower counts.
    package var limits: SpendingLimits
    package var pin: PINRules

    /// - Parameter value: a rule's value; flags are 0 and 1.
    init(_ value: (PolicyRule) -> Int64?) {
        func number(_ rule: PolicyRule) -> Int64 { value(rule) ?? rule.standard ?? 0 }
        func amount(_ rule: PolicyRule) -> Amount? { value(rule).map(Amount.init(fen:)) }
        func count(_ rule: PolicyRule) -> Int? { value(rule).map(Int.init) }
        offline = OfflinePolicy(
            permitted: number(.offlinePermitted) == 1, unprovenCards: number(.unprovenCards) == 1,
            floorLimit: Amount(fen: number(.floorLimitFen)), cardAmount: Amount(fen: number(.cardAmountFen)),
            cardCount: Int(number(.cardCount)), terminalAmount: Amount(fen: number(.terminalAmountFen)),
            terminalCount: Int(number(.terminalCount)), contactAge: .seconds(number(.contactAgeSeconds)))
        unsentAge = value(.unsentAgeSeconds).map { .seconds($0) }
        selection = OnlineSelection(
            perMille: Int(number(.selectionPerMille)),
            permitsUnreachable: number(.selectionPermitsUnreachable) == 1)
        meal = MealRules(
            isRequired: number(.mealsOnly) == 1, amount: amount(.mealAmountFen), count: count(.mealCount),
            fixedPrice: amount(.fixedPriceFen))
        subsidy = SubsidyRules(
            permitted: number(.subsidyPermitted) == 1, saleMaximum: amount(.subsidyMealFen),
            mealCount: count(.subsidyMealCount))
        limits = SpendingLimits(single: amount(.singleAmountFen), day: amount(.dayAmountFen))
        pin = PINRules(above: amount(.pinAboveFen), cumulative: amount(.pinCumulativeFen))
    }

    /// The rules that an offline policy alone makes.
    package init(offline: OfflinePolicy) {
        self.init(\.standard)
        self.offline = offline
    }

    /// What the terminal asks before the hub, whatever the hub would say.
    var standing: [any OfflineRule] { [StandingRule(rules: self), PINRule(rules: pin)] }

    /// What the rules that count online and offline alike have against an amount, the PIN left out: the hub's part.
    package func objectionBesidePIN(to amount: Amount, view: LedgerView, now: UnixTime) -> DeclineReason? {
        let isMealOpen = view.policy.map { $0.openMeal(at: now) != 0 } ?? false
        return meal.windowObjection(isMealOpen: isMealOpen)
            ?? meal.priceObjection(to: amount, isMealOpen: isMealOpen)
            ?? limits.objection(to: amount, view: view)
            ?? meal.allowanceObjection(to: amount, view: view, isMealOpen: isMealOpen)
    }

    /// What the terminal asks when it decides alone.
    var withoutHub: [any OfflineRule] {
        var rules = offline.rules
        if let unsentAge { rules.append(UnsentAgeRule(maximum: unsentAge)) }
        rules.append(OnlineSelectionRule(selection: selection))
        return rules
    }
}

/// What counts online and offline alike, the PIN left out.
struct StandingRule: OfflineRule {
    let rules: PolicyRules

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        rules.objectionBesidePIN(to: request.amount, view: view, now: now)
    }
}
