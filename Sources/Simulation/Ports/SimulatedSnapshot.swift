import Terminal

/// A snapshot that a ``SimulatedJournal`` fetches.
struct SimulatedSnapshot: Sendable {
    var replica = SimulatedReplica()
    var position: String?
    var cursor: UInt64?
    var through: UInt64?

    /// What to ask the hub for.
    var nextFetch: ReplicaFetch {
        if let through, let cursor { return .changesOfSnapshot(after: cursor, through: through) }
        return .snapshot(after: position)
    }
}
