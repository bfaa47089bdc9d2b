import Payments

/// The delivered policies, newest first: which of them is in force depends on the time.
struct PolicyShelf: Sendable {
    /// Versions that are kept in memory: more than a campus announces ahead.
    static let depth = 16

    let policies: [CampusPolicy]

    init(_ policies: [CampusPolicy] = []) { self.policies = policies }

    /// The newest that has begun; `nil` when none has.
    func inForce(at now: UnixTime) -> CampusPolicy? { policies.first { $0.validFrom <= now } }
}
