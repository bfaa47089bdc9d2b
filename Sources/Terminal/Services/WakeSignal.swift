import Synchronization

/// A doorbell for one waiter: rings that nobody waits for are kept as one.
///
/// Not an `AsyncStream`: cancelling a wait on one ends the stream, and here every wait may be cancelled by a timer.
package final class WakeSignal: Sendable {
    private struct State {
        var rung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends the wait under way, or the next one.
    package func ring() {
        let waiter = state.withLock { state in
            let waiter = state.waiter
            state.rung = waiter == nil
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Drops a ring that nobody waited for.
    package func forget() { state.withLock { $0.rung = false } }

    /// Waits for a ring, `duration`, or cancellation, whichever comes first.
    package func wait(atMost duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    if state.rung || Task.isCancelled {
                        state.rung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiter
                state.waiter = nil
                return waiter
            }
            waiter?.resume()
        }
    }
}
