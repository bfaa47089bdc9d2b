import Synchronization
import Terminal

/// The answer that a caller waits for, given once: by the thread that does the work or by the watchdog.
final class PendingAnswer<Value: Sendable>: Sendable {
    typealias Answer = Result<Value, CardReaderError>

    private let waiting: Mutex<CheckedContinuation<Answer, Never>?>

    init(_ continuation: CheckedContinuation<Answer, Never>) { waiting = Mutex(continuation) }

    /// Gives the answer.
    ///
    /// - Returns: false when the caller has its answer already.
    func give(_ answer: Answer) -> Bool {
        guard let continuation = waiting.withLock({ $0.take() }) else { return false }
        continuation.resume(returning: answer)
        return true
    }
}
