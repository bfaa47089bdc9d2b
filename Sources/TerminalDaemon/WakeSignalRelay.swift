import Synchronization

/// Connects two parts of which each needs the other: the authorization tells the sync service of new records, and the
/// sync service asks the authorization for the voids that it owes.
final class WakeSignalRelay: Sendable {
    private let target = Mutex<(@Sendable () -> Void)?>(nil)

    func connect(_ target: @escaping @Sendable () -> Void) { self.target.withLock { $0 = target } }

    func fire() { target.withLock { $0 }?() }
}
