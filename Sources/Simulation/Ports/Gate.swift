import Synchronization

/// Holds calls up until somebody lets them pass: how a twin is slow without a clock.
package final class Gate: Sendable {
    private struct State {
        var isOpen: Bool
        var arrivals = 0
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [(arrivals: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// - Parameter isOpen: whether calls pass at once.
    package init(isOpen: Bool = true) { state = Mutex(State(isOpen: isOpen)) }

    /// From now on calls wait.
    package func close() { state.withLock { $0.isOpen = false } }

    /// Lets everybody pass who waits, and everybody who comes.
    package func open() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isOpen = true
            return state.held
        }
        held.forEach { $0.resume() }
    }

    /// Goes through, now or when the gate opens.
    package func pass() async {
        let reached = state.withLock { state in
            state.arrivals += 1
            let arrivals = state.arrivals
            let reached = state.watchers.filter { $0.arrivals <= arrivals }.map(\.continuation)
            state.watchers.removeAll { $0.arrivals <= arrivals }
            return reached
        }
        reached.forEach { $0.resume() }
        await withCheckedContinuation { continuation in
            let mayPass = state.withLock { state in
                if !state.isOpen { state.held.append(continuation) }
                return state.isOpen
            }
            if mayPass { continuation.resume() }
        }
    }

    /// Returns when `count` calls have come to the gate since it was made, whether or not they have passed.
    package func reached(by count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.arrivals < count { state.watchers.append((count, continuation)) }
                return state.arrivals >= count
            }
            if isReached { continuation.resume() }
        }
    }
}
