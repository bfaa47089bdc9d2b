import HubProtocol
import Payments

/// The hub's answer to a hold before it is put on the wire.
package enum HoldVerdict: Sendable, Hashable {
    /// `available` is what is left after the hold.
    case held(account: AccountID, available: Amount)
    case declined(DeclineReason)

    /// The form on the wire.
    package func answer(hubTime: UnixTime) -> HoldAnswer {
        switch self {
        case .held(let account, let available): HoldAnswer(held: account, available: available, hubTime: hubTime)
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
    package func verdict(_ terms: HoldTerms, facts: HoldFacts, undelivered: Amount, now: UnixTime) -> HoldVerdict {
        if let reason = payerObjection(terms, payer: facts.payer, now: now) { return .declined(reason) }
        guard let account = facts.account else { return .declined(.accountUnknown) }
        switch account.status {
        case .frozen: return .declined(.accountFrozen)
        case .closed: return .declined(.accountClosed)
        case .active: break
        }
        guard facts.merchantPermitted else { return .declined(.merchantNotPermitted) }
        if case .card(_, .unproven) = terms.payer, !unprovenCards { return .declined(.unprovenCardNotPermitted) }
        if let reason = facts.policy?.objection(to: terms, now: now) { return .declined(reason) }
        let subsidy = facts.policy?.subsidy(for: terms, now: now) ?? .zero
        let available = account.balance + subsidy - account.held - undelivered
        guard available >= terms.amount else {
            return .declined(account.balance < .zero ? .accountInDebt : .insufficientFunds)
        }
        return .held(account: account.id, available: available - terms.amount)
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
