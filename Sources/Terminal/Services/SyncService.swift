import HubProtocol
import Logging
import Payments
import ServiceLifecycle
import Synchronization

/// What the sync service last saw, for status and alarms.
package struct SyncState: Sendable, Hashable {
    /// Trusted time at which terminal and hub were last level.
    package var lastLevel: UnixTime?
    /// The failure that stands; `nil` after a success.
    package var failure: SyncFailure?

    package init() {}
}

/// Keeps terminal and hub level: delivers the journal, fetches changes. One flight at a time.
package final class SyncService: Service {
    private let steps: SyncSteps
    private let pollInterval: Duration
    private let retryDelay: @Sendable (Int) -> Duration
    private let waiting: @Sendable (WakeSignal, Duration) async -> Void
    private let logger: Logger
    private let state = Mutex(SyncState())
    /// Who waits for the next flight; `nil` once the service has ended and there will be none.
    private let waiters = Mutex<[CheckedContinuation<SyncState, Never>]?>([])
    private let bell = WakeSignal()
    /// Rung by people only, who may ask a hub that wanted to be left in peace.
    private let personsBell = WakeSignal()

    /// - Parameters:
    ///   - pollInterval: how long to rest when level; a new record or ``wake()`` ends the rest at once.
    ///   - retryDelay: the wait before try `attempt` + 1, with jitter; comes on top of what the hub asks for.
    ///   - waiting: waits for a ring or until the time is over; a test's own clock.
    package init(
        steps: SyncSteps, pollInterval: Duration, retryDelay: @escaping @Sendable (Int) -> Duration, logger: Logger,
        waiting: @escaping @Sendable (WakeSignal, Duration) async -> Void = { await $0.wait(atMost: $1) }
    ) {
        self.waiting = waiting
        self.steps = steps
        self.pollInterval = pollInterval
        self.retryDelay = retryDelay
        self.logger = logger
    }

    /// Ends a rest or a back-off: there is a new record, or somebody wants it now.
    package func wake() { bell.ring() }

    /// What was last seen.
    package var current: SyncState { state.withLock { $0 } }

    /// Syncs now and waits until terminal and hub are level or the try failed.
    package func syncNow() async -> SyncState {
        await withCheckedContinuation { continuation in
            let isServed = waiters.withLock { waiters in
                waiters?.append(continuation)
                return waiters != nil
            }
            guard isServed else { return continuation.resume(returning: current) }
            personsBell.ring()
            wake()
        }
    }

    package func run() async throws {
        var machine = SyncMachine()
        var action = machine.receive(.awake)
        // People who asked while a flight was under way wait for the one after it: that one has their records.
        var served = waiters.withLock { takeAll(&$0) }
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            switch action {
            case .rest, .backOff:
                served.forEach { $0.resume(returning: current) }
                served = []
                await rest(after: action)
                served = waiters.withLock { takeAll(&$0) }
                action = machine.receive(.awake)
            case .pause(let duration):
                // Nothing ends it: the hub has others to serve.
                await wait(for: WakeSignal(), atMost: duration)
                action = machine.receive(.awake)
            case .none:
                action = machine.receive(.awake)
            case .register, .deliver, .fetchChanges:
                let event = await steps.perform(action)
                note(event)
                action = machine.receive(event)
            }
        }
        let left = waiters.withLock { waiters in
            defer { waiters = nil }
            return served + (waiters ?? [])
        }
        left.forEach { $0.resume(returning: current) }
    }

    /// Waits until the next try: first what the hub asked for, which a new record does not shorten, then a wait with
    /// jitter, so that a hub that asked many terminals for the same is not asked by all of them at once.
    private func rest(after action: SyncMachine.Action) async {
        guard case .backOff(let attempt, let atLeast) = action else {
            return await wait(for: bell, atMost: pollInterval)
        }
        personsBell.forget()
        if atLeast > .zero, !isAskedFor { await wait(for: personsBell, atMost: atLeast) }
        if !isAskedFor { await wait(for: bell, atMost: retryDelay(attempt)) }
    }

    /// Whether somebody waits for the next flight.
    private var isAskedFor: Bool { waiters.withLock { !($0 ?? []).isEmpty } }

    /// Waits for a ring, `duration`, or shutdown, whichever comes first.
    private func wait(for bell: WakeSignal, atMost duration: Duration) async {
        await cancelWhenGracefulShutdown { await self.waiting(bell, duration) }
    }

    /// Keeps ``current``, and logs only when something changes: a hub that is away for a day is two lines, not
    /// thousands.
    private func note(_ event: SyncMachine.Event) {
        let previous = current.failure
        switch event {
        case .failed(let failure):
            state.withLock { $0.failure = failure }
            if previous != failure {
                let level: Logger.Level = failure.isAlarm ? .critical : .warning
                logger.log(level: level, "sync failed: E\(failure.number): \(failure.message)")
            }
        case .changesApplied(more: false):
            let time = steps.clock.now()
            state.withLock {
                $0.failure = nil
                $0.lastLevel = time
            }
            if previous != nil { logger.notice("terminal and hub are level again") }
        default: break
        }
    }
}

/// Empties `list` and gives what was in it.
private func takeAll<Element>(_ list: inout [Element]?) -> [Element] {
    defer { list = [] }
    return list ?? []
}
