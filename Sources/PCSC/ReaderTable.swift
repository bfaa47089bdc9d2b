import Synchronization

/// The client library's one table of reader states for the whole process (pcsc-lite 1.9.9), which it fills and copies
/// without a lock.
///
/// Two threads in it at once overwrite each other's memory: the process then ends somewhere else, seconds later. So a
/// second thread is stopped here, with the reason.
enum ReaderTable {
    private static let isInUse = Atomic(false)

    /// Runs a call that uses the table; ends the process when another thread is in such a call.
    static func alone<Value>(_ body: () -> Value) -> Value {
        if isInUse.exchange(true, ordering: .acquiring) {
            fatalError("invariant violated: two threads watch readers; a process has one reader monitor")
        }
        defer { isInUse.store(false, ordering: .releasing) }
        return body()
    }
}
