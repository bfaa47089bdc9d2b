import HubProtocol
import Payments

/// The hub's answer to a hold before it is put on the wire.
package enum HoldVerdict: Sendable, Hashable {
    /// `available` is the cash that is left after the hold. `subsidy` is the part of the amount that the subsidy purse
    /// pays; `nil` where no policy says how subsidy is spent.
    case held(account: AccountID, available: Amount, subsidy: Amount? = nil)
    case declined(DeclineReason)

    /// The form on the wire.
    package func answer(hubTime: UnixTime) -> HoldAnswer {
        switch self {
        case .held(let account, let available, let subsidy):
            HoldAnswer(held: account, available: available, subsidy: subsidy, hubTime: hubTime)
        case .declined(let reason): HoldAnswer(declined: reason, hubTime: hubTime)
        }
    }
}

/// Decides holds. Pure: the same values give the same verdict.
package struct HoldRules: Sendable, Hashable {
    /// Whether a card whose number was only read may pay with the hub's word.
    package var unprovenCards: Bool
    /// How long a hold stands without a word from its terminal.
    package var lifetime: Duration
    /// A code is still taken this long after its end, as at the terminals (``ClockRules``).
    package var expiryTolerance: Duration

    package init(unprovenCards: Bool, lifetime: Duration, expiryTolerance: Duration = ClockRules().expiryTolerance) {
        self.unprovenCards = unprovenCards
        self.lifetime = lifetime
        self.expiryTolerance = expiryTolerance
    }

    /// The verdict. The first objection is the reason given; the order goes from the payer to the money.
    package func verdict(
        _ terms: HoldTerms, facts: HoldFacts, said: HoldCircumstances, now: UnixTime
    ) -> HoldVerdict {
        if let reason = payerObjection(terms, payer: facts.payer, now: now) { return .declined(reason) }
        guard let account = facts.account else { return .declined(.accountUnknown) }
        switch account.status {
        case .frozen: return .declined(.accountFrozen)
        case .closed: return .declined(.accountClosed)
        case .active: break
        }
        guard facts.merchantPermitted else { return .declined(.merchantNotPermitted) }
        if case .card(_, .unproven) = terms.payer, !unprovenCards { return .declined(.unprovenCardNotPermitted) }
        if let reason = facts.policy?.objection(to: terms, said: said, now: now) { return .declined(reason) }
        let subsidy = facts.policy?.subsidy(for: terms, said: said, now: now)
        let left = account.balance - account.held - (said.undelivered - said.undeliveredSubsidy)
        let cash = terms.amount - (subsidy ?? .zero)
        guard left >= cash else {
            return .declined(account.balance < .zero ? .accountInDebt : .insufficientFunds)
        }
        return .held(account: account.id, available: left - cash, subsidy: subsidy)
    }

    private func payerObjection(_ terms: HoldTerms, payer: HoldFacts.Payer, now: UnixTime) -> DeclineReason? {
        switch payer {
        case .card(let card): cardObjection(card)
        case .code(nil): .codeUnknown
        case .code(let code?): codeObjection(code, amount: terms.amount, now: now)
        }
    }

    private func cardObjection(_ card: HoldFacts.Card) -> DeclineReason? {
        if let reason = card.hotListed { return reason }
        return switch card.status {
        case nil: .cardUnknown
        case .lost: .cardReportedLost
        case .stolen: .cardReportedStolen
        case .closed: .cardNotActive
        case .active: nil
        }
    }

    private func codeObjection(_ code: HoldFacts.Code, amount: Amount, now: UnixTime) -> DeclineReason? {
        if code.used { return .codeReplayed }
        if amount > code.limit { return .codeLimitExceeded }
        return now > code.expiresAt.advanced(by: expiryTolerance) ? .codeExpired : nil
    }
}
