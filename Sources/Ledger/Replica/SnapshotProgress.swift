import GRDB
import Payments
import Terminal

/// How far a snapshot is. Its row is written in the commits that store the snapshot's entities, so that a power cut
/// leaves a snapshot that can go on.
struct SnapshotProgress: Sendable, Equatable {
    /// Whether a snapshot is to be fetched, or is being fetched.
    var isWanted = false
    /// Where the next page starts; `nil` before the first page and after the last.
    var position: String?
    /// The feed up to which what was fetched is current; the first page's own cursor until the last page is there.
    /// `nil` before the first page.
    var cursor: UInt64?
    /// The cursor that must be reached before the snapshot is consistent; `nil` until the last page is there.
    var through: UInt64?
    /// The hot list's version at ``cursor``.
    var hotListVersion: UInt64?

    init(isWanted: Bool) { self.isWanted = isWanted }

    init(_ database: Database) throws {
        let statement = try PreparedStatement(
            database, "SELECT wanted, position, cursor, through, hot_list_version FROM snapshot WHERE id = 1")
        let read: SnapshotProgress? = try statement.first { row in
            var progress = SnapshotProgress(isWanted: row.integer(0) != 0)
            progress.position = row.text(1)
            progress.cursor = row.optionalInteger(2).map(UInt64.init(clamping:))
            progress.through = row.optionalInteger(3).map(UInt64.init(clamping:))
            progress.hotListVersion = row.optionalInteger(4).map(UInt64.init(clamping:))
            return progress
        }
        guard let read else { throw LedgerError(.damaged, detail: "snapshot row") }
        self = read
    }

    func store(_ database: Database) throws {
        let statement = try PreparedStatement(
            database,
            "UPDATE snapshot SET wanted = ?, position = ?, cursor = ?, through = ?, hot_list_version = ? WHERE id = 1")
        try statement.bind(1, isWanted ? 1 : 0)
        try statement.bind(2, position)
        try statement.bind(3, cursor.map(Int64.init(clamping:)))
        try statement.bind(4, through.map(Int64.init(clamping:)))
        try statement.bind(5, hotListVersion.map(Int64.init(clamping:)))
        try statement.execute()
    }

    /// What to ask the hub for, given the cursor of the replica in force.
    func nextFetch(inForce: UInt64) -> ReplicaFetch {
        if let through, let cursor { return .changesOfSnapshot(after: cursor, through: through) }
        return isWanted ? .snapshot(after: position) : .changes(after: inForce)
    }
}
