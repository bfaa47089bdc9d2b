import GRDBSQLite
import Glibc
import Payments
import Synchronization

/// A disk under SQLite that fails when it is told to, and forgets what was not synced when its power is cut.
///
/// It stands for one folder of the real file system. SQLite works on the real files there, through a layer that
/// remembers of every file what has changed since its last sync. Anything else in the folder (keys, lock files,
/// files made or renamed outside SQLite) goes to the real file system and counts as durable. Connections must be
/// opened after the disk was made, with write-ahead logging in exclusive locking mode or with a rollback journal;
/// there is no shared memory.
///
/// The typical loop:
///
/// ```swift
/// var position = 1
/// while true {
///     let disk = SimulatedDisk(folder: folder)
///     disk.inject(DiskFault(at: position, .crash))
///     …open, work, until it fails…
///     guard disk.isDead else { break }      // a clean run: every operation has had its crash
///     disk.powerCut(.unsyncedLost)          // also closes the dead process's files and locks
///     …open again, check…
///     position += 1
/// }
/// ```
///
/// Safe to use from any thread; a disk must live as long as connections to its files.
package final class SimulatedDisk: Sendable {
    /// Absolute, without symbolic links.
    package let folder: String
    let state = Mutex(DiskState())

    /// Takes over a folder, which must exist; files that are in it count as durable.
    package init(folder: String) {
        let resolved = realpath(folder, nil)
        invariant(resolved != nil, "the folder of a simulated disk exists")
        self.folder = resolved.map { String(cString: $0) } ?? folder
        free(resolved)
        FaultyVFS.shared.attach(self)
    }

    deinit { FaultyVFS.shared.detach(folder: folder, ObjectIdentifier(self)) }

    /// Adds a fault; the ones injected before stay. Where two hit the same operation, the earlier one counts.
    package func inject(_ fault: DiskFault) { state.withLock { $0.arm(fault) } }

    /// Takes all faults back; a crash that has happened stays.
    package func clearFaults() { state.withLock { $0.disarm() } }

    /// Kills the process now: every operation fails until ``powerCut(_:)``.
    package func crash() { state.withLock { $0.isDead = true } }

    /// Whether a crash has happened and no power cut since.
    package var isDead: Bool { state.withLock { $0.isDead } }

    /// Operations that a fault has hit.
    package var faultsHit: Int { state.withLock { $0.faultsHit } }

    /// Operations of these kinds since the disk was made. Those of a dead process do not count.
    package func count(of kinds: Set<DiskOperation.Kind> = .changes) -> Int {
        state.withLock { state in kinds.reduce(0) { $0 + (state.counts[$1] ?? 0) } }
    }

    /// The newest operations, oldest first; at least 256 if there were so many.
    package var recentOperations: [DiskOperation] { state.withLock { $0.trace } }

    /// Whether a power cut would lose anything.
    package var hasUnsynced: Bool {
        state.withLock { state in !state.folderChanges.isEmpty || state.files.values.contains(where: \.hasUnsynced) }
    }

    /// Most bytes that the files which SQLite has opened may have together; `nil` for no limit. Growing beyond it gives
    /// `SQLITE_FULL` after as much of the write as fits. Files that are larger already stay.
    package var capacity: Int64? {
        get { state.withLock { $0.capacity } }
        set { state.withLock { $0.capacity = newValue } }
    }

    /// Bytes of all files that SQLite has opened since the last power cut.
    package var usedSize: Int64 { state.withLock { $0.files.values.reduce(0) { $0 + $1.size } } }

    /// A disk that lies: every sync reports success and makes nothing durable. For showing that a checker can fail.
    package var ignoresSyncs: Bool {
        get { state.withLock { $0.ignoresSyncs } }
        set { state.withLock { $0.ignoresSyncs = newValue } }
    }
}
