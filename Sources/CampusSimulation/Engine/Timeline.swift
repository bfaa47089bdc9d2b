import Payments
import Synchronization

/// Virtual time and whatever happens in it, one thing at a time.
///
/// An activity is ordinary async code. It runs until it pauses here or ends, and only then does the next one run: a
/// baton goes from the timeline to the activity and back. So the order of everything follows from the times and from
/// the order of scheduling, whichever threads carry it out.
package final class Timeline: Sendable {
    /// A rest that can be ended early. For one waiter at a time; rings that nobody waits for are kept as one.
    package final class Bell: Sendable {
        fileprivate struct State {
            var ticket: UInt64?
            var isRung = false
        }

        fileprivate let state = Mutex(State())
        package init() {}
    }

    private enum Wake {
        case start(@SimulationActor @Sendable () async -> Void)
        case resume(ticket: UInt64)
    }

    private struct Entry {
        var time: Duration
        var number: UInt64
        var wake: Wake

        func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    private struct State {
        var now = Duration.zero
        var last: UInt64 = 0
        var heap: [Entry] = []
        var parked: [UInt64: UnsafeContinuation<Void, Never>] = [:]
        var baton: UnsafeContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Time since the start of the run.
    package var now: Duration { state.withLock { $0.now } }

    /// Starts an activity at `time`, or now when that is over.
    package func schedule(at time: Duration, _ body: @escaping @SimulationActor @Sendable () async -> Void) {
        state.withLock { _ = Self.push(.start(body), at: time, &$0) }
    }

    package func schedule(after delay: Duration, _ body: @escaping @SimulationActor @Sendable () async -> Void) {
        schedule(at: now + delay, body)
    }

    /// Lets `duration` pass for the activity that calls.
    package func pause(_ duration: Duration) async { await park(Bell(), duration) }

    /// Lets `duration` pass, or less when the bell rings.
    package func rest(_ bell: Bell, atMost duration: Duration) async {
        let isRung = bell.state.withLock { bell in
            defer { bell.isRung = false }
            return bell.isRung
        }
        await park(bell, isRung ? .zero : duration)
    }

    /// Ends a rest that is under way.
    package func ring(_ bell: Bell) {
        let ticket = bell.state.withLock { bell in
            bell.isRung = bell.ticket == nil
            return bell.ticket.take()
        }
        guard let ticket else { return }
        state.withLock { _ = Self.push(.resume(ticket: ticket), at: $0.now, &$0) }
    }

    /// Lets everything happen that is due up to `end`.
    package func run(until end: Duration) async {
        while let entry = next(until: end) {
            switch entry.wake {
            case .start(let body):
                await handBaton { [self] in
                    Task {
                        await body()
                        returnBaton()
                    }
                }
            case .resume(let ticket):
                guard let parked = state.withLock({ $0.parked.removeValue(forKey: ticket) }) else { continue }
                await handBaton { parked.resume() }
            }
        }
        state.withLock { $0.now = max($0.now, end) }
    }

    /// Whether anything is still to come, and when.
    package var nextTime: Duration? { state.withLock { $0.heap.first?.time } }

    private func next(until end: Duration) -> Entry? {
        state.withLock { state in
            guard let first = state.heap.first, first.time <= end else { return nil }
            Self.popFirst(&state)
            state.now = max(state.now, first.time)
            return first
        }
    }

    private func handBaton(_ go: () -> Void) async {
        await withUnsafeContinuation { baton in
            state.withLock { $0.baton = baton }
            go()
        }
    }

    private func returnBaton() {
        let baton = state.withLock { $0.baton.take() }
        invariant(baton != nil, "the activity that ends or pauses is the one that was let go")
        baton?.resume()
    }

    private func park(_ bell: Bell, _ duration: Duration) async {
        await withUnsafeContinuation { continuation in
            state.withLock { state in
                let ticket = Self.push(nil, at: state.now + max(duration, .zero), &state)
                state.parked[ticket] = continuation
                bell.state.withLock { $0.ticket = ticket }
            }
            returnBaton()
        }
        bell.state.withLock { $0.ticket = nil }
    }

    /// - Parameter wake: `nil` to wake the activity that has the entry's own number for a ticket.
    @discardableResult
    private static func push(_ wake: Wake?, at time: Duration, _ state: inout State) -> UInt64 {
        state.last += 1
        let number = state.last
        state.heap.append(
            Entry(time: max(time, state.now), number: number, wake: wake ?? .resume(ticket: number)))
        var index = state.heap.count - 1
        while index > 0, state.heap[index].isBefore(state.heap[(index - 1) / 2]) {
            state.heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
        return number
    }

    private static func popFirst(_ state: inout State) {
        state.heap.swapAt(0, state.heap.count - 1)
        state.heap.removeLast()
        var index = 0
        while true {
            let smaller = (2 * index + 1...2 * index + 2).filter { $0 < state.heap.count }
                .min { state.heap[$0].isBefore(state.heap[$1]) }
            guard let smaller, state.heap[smaller].isBefore(state.heap[index]) else { return }
            state.heap.swapAt(index, smaller)
            index = smaller
        }
    }
}
