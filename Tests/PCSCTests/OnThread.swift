import Foundation

/// Runs `body` on a thread of its own, because PC/SC calls block. It stays part of the calling task, so that
/// expectations in it belong to the test.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(FreshThreads()) { try await run(body) }
}

@concurrent
private func run<Value: Sendable>(_ body: @Sendable () throws -> Value) async throws -> Value { try body() }

/// Runs each piece of a task on a new thread.
private final class FreshThreads: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }.start()
    }
}
