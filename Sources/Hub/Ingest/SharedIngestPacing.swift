import Payments
import Synchronization

/// The pacing that all requests share.
final class SharedIngestPacing: Sendable {
    private let pacing: Mutex<IngestPacing>

    init(capacity: Int) { pacing = Mutex(IngestPacing(capacity: capacity)) }

    func allowance(_ terminal: TerminalID, backlog: UInt64, elapsed: Duration, now: UnixTime) -> Int? {
        pacing.withLock { $0.allowance(terminal, backlog: backlog, elapsed: elapsed, now: now) }
    }
}
