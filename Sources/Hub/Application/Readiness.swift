import Synchronization

/// A value that comes once, and those who wait for it.
final class Readiness<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, any Error>])
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.waiting([]))

    /// Settles it. The first result stands.
    func settle(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state in
            guard case .waiting(let continuations) = state else { return [CheckedContinuation<Value, any Error>]() }
            state = .settled(result)
            return continuations
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    /// The value, as soon as it is there.
    func value() async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let settled: Result<Value, any Error>? = state.withLock { state in
                switch state {
                case .settled(let result): return result
                case .waiting(let continuations):
                    state = .waiting(continuations + [continuation])
                    return nil
                }
            }
            if let settled { continuation.resume(with: settled) }
        }
    }
}
