import Payments

/// The delivered policies, newest first: which of them is in force depends on the time.
struct PolicyShelf: Sendable {
    /// Versions that are kept in memory: more than a campus announces ahead.
    static let depth = 16

    var policies: [CampusPolicy] = []
    /// The newest version, where this version of the program does not understand it: none of ``policies`` is as new.
    var notUnderstood: UInt64?

    /// The newest that has begun; `nil` when none has.
    func inForce(at now: UnixTime) -> CampusPolicy? { policies.first { $0.validFrom <= now } }
}
