import CrashPoints
import HubProtocol
import Payments

/// What one step between terminal and hub does: register, deliver a batch, fetch and apply a page of changes.
package struct SyncSteps: Sendable {
    private let queue: any SendQueue
    private let replica: any Replica
    private let hub: any HubGateway
    let clock: TrustedClock
    private let signer: any CheckpointSigner
    private let settleOwed: @Sendable () async throws(LedgerError) -> Void
    private let replicaChanged: @Sendable () async -> Void

    /// - Parameters:
    ///   - settleOwed: writes records that are still owed.
    ///   - replicaChanged: called after a page was applied.
    package init(
        queue: any SendQueue, replica: any Replica, hub: any HubGateway, clock: TrustedClock,
        signer: any CheckpointSigner, settleOwed: @escaping @Sendable () async throws(LedgerError) -> Void,
        replicaChanged: @escaping @Sendable () async -> Void
    ) {
        self.queue = queue
        self.replica = replica
        self.hub = hub
        self.clock = clock
        self.signer = signer
        self.settleOwed = settleOwed
        self.replicaChanged = replicaChanged
    }

    /// Does what the machine asked for and says what came of it. Nothing here waits on a clock: pauses are the
    /// caller's.
    package func perform(_ action: SyncMachine.Action) async -> SyncMachine.Event {
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
        CrashPoint.batchSigned.reach()
        let answer = try await hub.upload(
            BatchUpload(records: unsent.records.map(RecordMessage.init), checkpoint: checkpoint))
        CrashPoint.batchDelivered.reach()
        clock.noteContact(hubTime: UnixTime(milliseconds: answer.hubTimeMilliseconds))
        try await queue.acknowledge(answer.acknowledged)
        CrashPoint.acknowledgementStored.reach()
        return .delivered
    }

    private func fetchChanges() async throws -> SyncMachine.Event {
        let cursor = try await replica.cursor()
        let page = try await hub.changes(after: cursor, limit: HubProtocolLimits.pageChanges)
        clock.noteContact(hubTime: UnixTime(milliseconds: page.hubTimeMilliseconds))
        CrashPoint.changesFetched.reach()
        try await replica.apply(page, after: cursor)
        CrashPoint.changesApplied.reach()
        if !page.changes.isEmpty { await replicaChanged() }
        return .changesApplied(more: page.more)
    }
}
