@preconcurrency import Dispatch

/// Runs an actor's jobs one after another on a dispatch queue of its own, because a commit waits for the disk and
/// must not hold one of the few cooperative threads.
///
/// `@unchecked` because `DispatchQueue` is not marked `Sendable` on Linux; the one stored property never changes.
final class QueueExecutor: SerialExecutor, @unchecked Sendable {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label, qos: .userInitiated) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
