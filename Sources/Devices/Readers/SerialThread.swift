@preconcurrency import Dispatch
import Glibc
import Payments
import Synchronization

/// A thread of its own that does one job after the other on a state that never leaves it.
///
/// For calls that may block for long or for ever: neither a cooperative thread nor one of a shared pool can be
/// spared for them. The state is made on the thread and ends on it.
final class SerialThread<State: ~Copyable>: Sendable {
    private typealias Job = @Sendable (inout State) -> Void

    private struct Queue {
        var jobs: [Job] = []
        var isFinishing = false
    }

    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Starts the thread.
    ///
    /// - Parameter name: Shown by `top -H`; Linux keeps the first 15 bytes.
    init(name: String, makeState: @escaping @Sendable () -> State) {
        let code = DeviceThread.start(name: name) { [self] in
            var state = makeState()
            while let job = next() { job(&state) }
        }
        invariant(code == 0, "no thread for \(name): error \(code)")
    }

    /// Hands in a job.
    ///
    /// - Returns: false after ``finish()``: the job will not be done.
    func submit(_ job: @escaping @Sendable (inout State) -> Void) -> Bool {
        let isTaken = queue.withLock { queue in
            if queue.isFinishing { return false }
            queue.jobs.append(job)
            return true
        }
        if isTaken { wakeUp.signal() }
        return isTaken
    }

    /// Lets the thread end after the jobs handed in so far.
    func finish() {
        queue.withLock { $0.isFinishing = true }
        wakeUp.signal()
    }

    private func next() -> Job? {
        while true {
            let (job, isFinishing) = queue.withLock { queue in
                (queue.jobs.isEmpty ? nil : queue.jobs.removeFirst(), queue.isFinishing)
            }
            if let job { return job }
            if isFinishing { return nil }
            wakeUp.wait()
        }
    }
}
