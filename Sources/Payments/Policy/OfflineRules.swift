/// Refuses everything where the campus does not allow offline sales.
struct OfflinePermittedRule: OfflineRule {
    let permitted: Bool

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        permitted ? nil : .offlineNotPermitted
    }
}

/// Refuses a card whose number was only read: it can be copied, and alone the terminal cannot find out.
struct UnprovenCardRule: OfflineRule {
    let permitted: Bool

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard case .card(let evidence) = request.instrument, evidence.proof == .unproven else { return nil }
        return permitted ? nil : .unprovenCardNotPermitted
    }
}

/// Refuses when the replica is older than the campus accepts, or was never filled.
struct ContactAgeRule: OfflineRule {
    let maximum: Duration

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        guard let contact = view.lastHubContact else { return .replicaTooOld }
        return now.since(contact) > maximum ? .replicaTooOld : nil
    }
}

/// Refuses a single amount above the floor limit.
struct FloorLimitRule: OfflineRule {
    let limit: Amount

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        request.amount > limit ? .floorLimitExceeded : nil
    }
}

/// Refuses when the account's unconfirmed offline sales would exceed their sum or number. Counting all of them
/// together defeats a large amount split into small ones.
struct CardAllowanceRule: OfflineRule {
    let amount: Amount
    let count: Int

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        if view.cardOffline.count >= count { return .cardOfflineCountExceeded }
        return view.cardOffline.amount + request.amount > amount ? .cardOfflineAmountExceeded : nil
    }
}

/// Refuses when all unconfirmed offline sales of the terminal would exceed their sum or number.
struct TerminalAllowanceRule: OfflineRule {
    let amount: Amount
    let count: Int

    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason? {
        if view.terminalOffline.count >= count { return .terminalOfflineCountExceeded }
        return view.terminalOffline.amount + request.amount > amount ? .terminalOfflineAmountExceeded : nil
    }
}
