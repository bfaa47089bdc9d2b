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

/// Signs checkpoints with the terminal's journal key; the key itself stays with the ledger.
package protocol CheckpointSigner: Sendable {
    /// Ed25519, 32 bytes.
    var publicKey: [UInt8] { get }

    /// The signed word that `journal` ends, or ended, with the record at `sequence`.
    func checkpoint(terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash) throws -> Checkpoint
}

/// Keeps terminal and hub level: delivers the journal, fetches changes. One flight at a time.
package final class SyncService: Service {
    private let queue: any SendQueue
    private let replica: any Replica
    private let hub: any HubGateway
    private let clock: TrustedClock
    private let signer: any CheckpointSigner
    private let pollInterval: Duration
    private let retryDelay: @Sendable (Int) -> Duration
    private let settleOwed: @Sendable () async throws(LedgerError) -> Void
    private let replicaChanged: @Sendable () async -> Void
    private let logger: Logger
    private let state = Mutex(SyncState())
    /// Who waits for the next flight; `nil` once the service has ended and there will be none.
    private let waiters = Mutex<[CheckedContinuation<SyncState, Never>]?>([])
    private let bell = WakeSignal()

    /// - Parameters:
    ///   - pollInterval: how long to rest when level; a new record or ``wake()`` ends the rest at once.
    ///   - retryDelay: the wait before try `attempt` + 1, with jitter.
    ///   - settleOwed: writes records that are still owed.
    ///   - replicaChanged: called after a page was applied.
    package init(
        queue: any SendQueue, replica: any Replica, hub: any HubGateway, clock: TrustedClock,
        signer: any CheckpointSigner, pollInterval: Duration,
        retryDelay: @escaping @Sendable (Int) -> Duration,
        settleOwed: @escaping @Sendable () async throws(LedgerError) -> Void,
        replicaChanged: @escaping @Sendable () async -> Void, logger: Logger
    ) {
        self.queue = queue
        self.replica = replica
        self.hub = hub
        self.clock = clock
        self.signer = signer
        self.pollInterval = pollInterval
        self.retryDelay = retryDelay
        self.settleOwed = settleOwed
        self.replicaChanged = replicaChanged
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
            if isServed { wake() } else { continuation.resume(returning: current) }
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
                await pause(action == .rest ? pollInterval : delay(of: action))
                served = waiters.withLock { takeAll(&$0) }
                action = machine.receive(.awake)
            case .none:
                action = machine.receive(.awake)
            case .register, .deliver, .fetchChanges:
                let event = await perform(action)
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

    private func delay(of action: SyncMachine.Action) -> Duration {
        if case .backOff(let attempt) = action { retryDelay(attempt) } else { pollInterval }
    }

    /// Waits for `duration`, a wake, or shutdown, whichever comes first.
    private func pause(_ duration: Duration) async {
        await cancelWhenGracefulShutdown { await self.bell.wait(atMost: duration) }
    }

    private func perform(_ action: SyncMachine.Action) async -> SyncMachine.Event {
        do {
            switch action {
            case .register: return try await register()
            case .deliver: return try await deliver()
            case .fetchChanges: return try await fetchChanges()
            case .rest, .backOff, .none: return .awake
            }
        } catch let error as HubError {
            return .failed(SyncFailure(error))
        } catch let error as LedgerError {
            return .failed(SyncFailure(error))
        } catch {
            fatalError("sync steps throw hub and ledger errors only: \(type(of: error))")
        }
    }

    private func register() async throws -> SyncMachine.Event {
        let registration = JournalRegistration(
            journal: queue.journal, publicKey: signer.publicKey)
        let answer = try await hub.register(registration)
        clock.noteContact(hubTime: UnixTime(milliseconds: answer.hubTimeMilliseconds))
        try await queue.acknowledge(answer.acknowledged)
        return .registered
    }

    private func deliver() async throws -> SyncMachine.Event {
        try await settleOwed()
        guard let unsent = try await queue.unsent(limit: HubProtocolLimits.batchRecords) else { return .nothingUnsent }
        guard let last = unsent.records.last else { return .nothingUnsent }
        let checkpoint: Checkpoint
        do {
            checkpoint = try signer.checkpoint(
                terminal: queue.terminal, journal: queue.journal, sequence: last.sequence, hash: unsent.hash)
        } catch {
            fatalError("the checkpoint key cannot sign")
        }
        let answer = try await hub.upload(
            BatchUpload(records: unsent.records.map(RecordMessage.init), checkpoint: checkpoint))
        clock.noteContact(hubTime: UnixTime(milliseconds: answer.hubTimeMilliseconds))
        try await queue.acknowledge(answer.acknowledged)
        return .delivered
    }

    private func fetchChanges() async throws -> SyncMachine.Event {
        let cursor = try await replica.cursor()
        let page = try await hub.changes(after: cursor, limit: HubProtocolLimits.pageChanges)
        clock.noteContact(hubTime: UnixTime(milliseconds: page.hubTimeMilliseconds))
        try await replica.apply(page, after: cursor)
        if !page.changes.isEmpty { await replicaChanged() }
        return .changesApplied(more: page.more)
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
            let time = clock.now()
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
