import Payments

/// Life of a hold. It leaves `held` once and never again (promise 4).
package enum HoldState: String, Codable, Sendable, CaseIterable {
    case held
    /// The hub said no; the id stays declined for ever.
    case declined
    /// The terminal's approved record took its place.
    case captured
    /// The terminal's record says that nothing was sold, or an operator gave the terminal a new journal.
    case released
    /// Nothing was heard within the configured lifetime.
    case expired
}

/// A hold as the operator sees it.
package struct HoldSummary: Codable, Sendable, Hashable {
    package var transaction: TransactionID
    package var state: HoldState
    package var amountFen: Int64
    package var account: AccountID?
    package var merchant: MerchantID
    /// The decline reason's number; present when declined.
    package var reason: Int?
    package var createdAtMilliseconds: Int64
    package var resolvedAtMilliseconds: Int64?
}
