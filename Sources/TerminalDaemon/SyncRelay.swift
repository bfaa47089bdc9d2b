import Synchronization
import Terminal

/// Connects parts of which each needs the other: payments tell the sync service of new records, and the sync service
/// asks them for the records that they owe.
final class SyncRelay: Sendable {
    private let target = Mutex<SyncService?>(nil)

    func connect(_ target: SyncService) { self.target.withLock { $0 = target } }

    /// New records wait to be sent.
    func wake() { target.withLock { $0 }?.wake() }

    /// Sends what waits, and returns when the hub has it or cannot be reached.
    func deliver() async { _ = await target.withLock { $0 }?.syncNow() }
}
