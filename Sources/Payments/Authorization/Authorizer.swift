/// Decides one request from what the ledger knows and what the hub said. Pure: the same values give the same answer.
package struct Authorizer: Sendable {
    /// What counts until the hub has delivered a policy.
    package var policy: OfflinePolicy
    package var clock: ClockRules
    /// Seconds east of UTC in which card validity days are counted.
    package var timeZoneOffset: Int64

    package init(policy: OfflinePolicy, clock: ClockRules = ClockRules(), timeZoneOffset: Int64 = 28_800) {
        self.policy = policy
        self.clock = clock
        self.timeZoneOffset = timeZoneOffset
    }

    /// What the terminal refuses by itself, whatever the hub would say: asking would only cost the customer time.
    ///
    /// - Returns: the reason, or `nil` when the hub should be asked.
    package func refusal(_ request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        let refusal =
            switch request.instrument {
            case .card(let evidence): cardRefusal(evidence, amount: request.amount, view: view, now: now)
            case .code(let evidence): codeRefusal(evidence, amount: request.amount, view: view, now: now)
            }
        if let refusal { return refusal }
        return firstObjection(rules(request.merchant, view: view, now: now).standing, to: request, view, now)
    }

    /// Whether nothing but the account's PIN is missing for the hub to be asked, so that the payer should enter it.
    package func wantsPIN(
        _ amount: Amount, _ instrument: Instrument, merchant: MerchantID, view: LedgerView, now: UnixTime
    ) -> Bool {
        guard case .card(let evidence) = instrument, view.terms.hasPIN,
            cardRefusal(evidence, amount: amount, view: view, now: now) == nil
        else { return false }
        let rules = rules(merchant, view: view, now: now)
        return rules.objectionBesidePIN(to: amount, view: view, now: now) == nil
            && rules.pin.objection(to: amount, pin: .notEntered, terms: view.terms, today: view.today) == .pinRequired
    }

    /// The rules for a sale: those of the newest delivered policy, else ``policy``.
    package func rules(_ merchant: MerchantID, view: LedgerView, now: UnixTime) -> PolicyRules {
        guard let delivered = view.policy else { return PolicyRules(offline: policy) }
        return delivered.rules(
            in: delivered.scope(merchant: merchant, cardClass: view.terms.cardClass, now: now))
    }

    /// What a sale costs that was armed with `amount`: never more than that.
    package func charge(_ amount: Amount, merchant: MerchantID, view: LedgerView, now: UnixTime) -> Amount {
        let isMealOpen = view.policy.map { $0.openMeal(at: now) != 0 } ?? false
        return isMealOpen ? rules(merchant, view: view, now: now).meal.charge(amount) : amount
    }

    /// Who pays which part of an approved sale: as the hub's hold says, which knows all terminals' sales, else by what
    /// the ledger knows.
    package func split(
        _ request: AuthorizationRequest, view: LedgerView, hub: HubAnswer = .notAsked, now: UnixTime
    ) -> SubsidySplit {
        if case .held(_, _, let subsidy?) = hub {
            return SubsidySplit(subsidy: subsidy, cash: request.amount - subsidy)
        }
        let isMealOpen = view.policy.map { $0.openMeal(at: now) != 0 } ?? false
        return SubsidySplit(
            request.amount, rules: rules(request.merchant, view: view, now: now).subsidy, balance: view.subsidy,
            meal: isMealOpen ? view.meal : nil, now: now)
    }

    private func firstObjection(
        _ rules: [any OfflineRule], to request: AuthorizationRequest, _ view: LedgerView, _ now: UnixTime
    ) -> DeclineReason? {
        for rule in rules {
            if let reason = rule.objection(to: request, view: view, now: now) { return reason }
        }
        return nil
    }

    /// The decision. `now` is the terminal's trusted time.
    package func decide(
        _ request: AuthorizationRequest, view: LedgerView, hub: HubAnswer, now: UnixTime
    ) -> Decision {
        if let reason = refusal(request, view: view, now: now) { return .declined(reason, .local) }
        switch hub {
        case .held: return .approved(.online)
        case .declined(let reason): return .declined(reason, .online)
        case .none(let cause): return decideOffline(request, view: view, cause: cause, now: now)
        case .notAsked: return decideOffline(request, view: view, cause: .unreachable, now: now)
        }
    }

    /// Whether a card may pay from its own purse: card and secure module hold the money, so neither hub nor replica
    /// knows better whether there is enough.
    ///
    /// - Returns: the reason, or `nil` when the card may be asked to pay.
    package func purseRefusal(
        _ card: CardEvidence, amount: Amount, view: LedgerView, now: UnixTime
    ) -> DeclineReason? {
        if let reason = cardRefusal(card, amount: amount, view: view, now: now) { return reason }
        switch view.card {
        case .lost: return .cardReportedLost
        case .stolen: return .cardReportedStolen
        case .closed: return .cardNotActive
        case .active, nil: return nil
        }
    }

    /// "Wanted the hub, could not reach it": its own branch, with its own rules.
    private func decideOffline(
        _ request: AuthorizationRequest, view: LedgerView, cause: OfflineCause, now: UnixTime
    ) -> Decision {
        if let reason = accountRefusal(request, view: view) ?? clockRefusal(request, view: view, now: now) {
            return .declined(reason, .offline(cause))
        }
        if case .card(let evidence) = request.instrument, evidence.limits.isHubRequired {
            return .declined(.hubNeededForCard, .offline(cause))
        }
        let rules = rules(request.merchant, view: view, now: now)
        if let reason = firstObjection(rules.withoutHub, to: request, view, now) {
            return .declined(reason, .offline(cause))
        }
        let cash = split(request, view: view, now: now).cash
        guard let account = view.account, account.available >= cash else {
            return .declined(.insufficientFunds, .offline(cause))
        }
        return .approved(.offline(cause))
    }

    private func accountRefusal(_ request: AuthorizationRequest, view: LedgerView) -> DeclineReason? {
        if case .card = request.instrument {
            switch view.card {
            case nil: return .cardUnknown
            case .lost: return .cardReportedLost
            case .stolen: return .cardReportedStolen
            case .closed: return .cardNotActive
            case .active: break
            }
        }
        switch view.account?.status {
        case nil: return .accountUnknown
        case .frozen: return .accountFrozen
        case .closed: return .accountClosed
        case .active: return nil
        }
    }

    private func cardRefusal(
        _ evidence: CardEvidence, amount: Amount, view: LedgerView, now: UnixTime
    ) -> DeclineReason? {
        if let reason = view.hotListed { return reason }
        if let limit = evidence.limits.amountMaximum, amount > limit { return .cardLimitExceeded }
        let today = CalendarTime(now, offset: timeZoneOffset)
        let day = today.year * 10_000 + today.month * 100 + today.day
        if let last = evidence.validThrough, day > last { return .cardExpired }
        if let first = evidence.validFrom, day < first { return .cardNotYetValid }
        return nil
    }

    private func codeRefusal(
        _ evidence: CodeEvidence, amount: Amount, view: LedgerView, now: UnixTime
    ) -> DeclineReason? {
        if view.codeUsed { return .codeReplayed }
        if evidence.issuedAt > now.advanced(by: clock.futureTolerance) { return .codeFromTheFuture }
        if now > evidence.expiresAt.advanced(by: clock.expiryTolerance) { return .codeExpired }
        return amount > evidence.limit ? .codeLimitExceeded : nil
    }

    /// A code's lifetime only means something on a clock that can be trusted.
    private func clockRefusal(_ request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard view.isClockTrusted else { return .clockNotTrusted }
        let known = [view.lastHubContact, view.lastRecord].compactMap { $0 }.max()
        guard let known else { return nil }
        return now < known.advanced(by: .zero - clock.backwardTolerance) ? .clockNotTrusted : nil
    }
}

/// How far clocks may differ before a code or a sale is refused.
package struct ClockRules: Sendable, Hashable {
    /// A code dated later than now by more than this is refused. Field practice is 20–30 s.
    package var futureTolerance: Duration = .seconds(20)
    /// A code is still taken this long after its end, for a terminal clock that runs ahead.
    package var expiryTolerance: Duration = .seconds(30)
    /// A clock this far behind the newest record or hub contact has been set back: nothing is approved alone.
    package var backwardTolerance: Duration = .seconds(30)

    package init() {}
}
