/// What a terminal may decide while it cannot reach the hub. Policy is data; each limit is checked by one small rule.
package struct OfflinePolicy: Sendable, Hashable, Codable {
    /// Whether anything may be approved without the hub.
    package var permitted: Bool
    /// Whether a card whose identity was only read, not proven, may pay without the hub.
    package var unprovenCards: Bool
    /// Largest single amount, inclusive.
    package var floorLimit: Amount
    /// Largest sum per account of what the hub has not confirmed yet, inclusive of the sale asked for.
    package var cardAmount: Amount
    /// Largest number of such sales per account.
    package var cardCount: Int
    /// Largest sum of all that the terminal approved alone and the hub has not confirmed, inclusive.
    package var terminalAmount: Amount
    /// Largest number of such sales at the terminal.
    package var terminalCount: Int
    /// Longest time since the last contact with the hub after which nothing is approved alone.
    package var contactAge: Duration

    package init(
        permitted: Bool, unprovenCards: Bool, floorLimit: Amount, cardAmount: Amount, cardCount: Int,
        terminalAmount: Amount, terminalCount: Int, contactAge: Duration
    ) {
        self.permitted = permitted
        self.unprovenCards = unprovenCards
        self.floorLimit = floorLimit
        self.cardAmount = cardAmount
        self.cardCount = cardCount
        self.terminalAmount = terminalAmount
        self.terminalCount = terminalCount
        self.contactAge = contactAge
    }

    /// The defaults that `config/tilld.yaml` documents. Worst loss per account and terminal ¥60, per terminal ¥20,000
    /// (see `docs/promises.md`, promise 6).
    package static let standard = OfflinePolicy(
        permitted: true, unprovenCards: false, floorLimit: Amount(fen: 3000), cardAmount: Amount(fen: 6000),
        cardCount: 5, terminalAmount: Amount(fen: 2_000_000), terminalCount: 2000, contactAge: .seconds(86_400))
}

/// A limit that says no with a reason, or has no objection (`nil`).
package protocol OfflineRule: Sendable {
    /// The reason to refuse, `nil` when this rule has no objection. `now` is the terminal's trusted time.
    func objection(to request: AuthorizationRequest, view: LedgerView, now: UnixTime) -> DeclineReason?
}

extension OfflinePolicy {
    /// The rules in the order in which they are asked. The first objection is the reason shown, so the order goes
    /// from what nobody at the counter can change to what another amount would solve.
    package var rules: [any OfflineRule] {
        [
            OfflinePermittedRule(permitted: permitted),
            UnprovenCardRule(permitted: unprovenCards),
            ContactAgeRule(maximum: contactAge),
            FloorLimitRule(limit: floorLimit),
            CardAllowanceRule(amount: cardAmount, count: cardCount),
            TerminalAllowanceRule(amount: terminalAmount, count: terminalCount),
        ]
    }
}
