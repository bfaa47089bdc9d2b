import CrashPoints
import HubProtocol
import Payments

/// What one step between terminal and hub does: register, deliver a batch, fetch and apply a page of changes.
package struct SyncSteps: Sendable {
    private let queue: any SendQueue
    private let replica: any Replica
    private let keys: any HubKeyStore
    private let hub: any HubGateway
    let clock: TrustedClock
    private let signer: any CheckpointSigner
    private let settleOwed: @Sendable () async throws(LedgerError) -> Void
    private let replicaChanged: @Sendable () async -> Void
    private let policies: PolicyWatch?

    /// - Parameters:
    ///   - settleOwed: writes records that are still owed.
    ///   - replicaChanged: called after a page was applied.
    ///   - policies: tells the hub which policy is in force here.
    package init(
        queue: any SendQueue, replica: any Replica, keys: any HubKeyStore, hub: any HubGateway,
        clock: TrustedClock, signer: any CheckpointSigner,
        settleOwed: @escaping @Sendable () async throws(LedgerError) -> Void,
        replicaChanged: @escaping @Sendable () async -> Void, policies: PolicyWatch? = nil
    ) {
        self.queue = queue
        self.replica = replica
        self.keys = keys
        self.hub = hub
        self.clock = clock
        self.signer = signer
        self.settleOwed = settleOwed
        self.replicaChanged = replicaChanged
        self.policies = policies
    }

    /// Does what the machine asked for and says what came of it. Nothing here waits on a clock: pauses are the
    /// caller's.
    package func perform(_ action: SyncMachine.Action) async -> SyncMachine.Event {
        do {
            switch action {
            case .register: return try await register()
            case .deliver: return try await deliver()
            case .fetchChanges: return try await fetchChanges()
            case .rest, .pause, .backOff, .none: return .awake
            }
        } catch let error as HubError {
            return .failed(await failure(error))
        } catch let error as LedgerError {
            return .failed(SyncFailure(error))
        } catch {
            fatalError("sync steps throw hub and ledger errors only: \(type(of: error))")
        }
    }

    /// What a hub's refusal means; one that says that the journal is written twice ends sales here.
    private func failure(_ error: HubError) async -> SyncFailure {
        if case .refused(let refusal, _) = error.code, refusal.contestsJournal {
            do throws(LedgerError) {
                try await queue.contest(refusal)
            } catch {
                return SyncFailure(error)
            }
        }
        return SyncFailure(error)
    }

    private func register() async throws -> SyncMachine.Event {
        let figures = try await queue.figures()
        let registration = JournalRegistration(
            journal: queue.journal, publicKey: signer.publicKey, session: queue.session,
            head: Acknowledgement(sequence: figures.sequence, hash: figures.hash))
        let answer = try await hub.register(registration)
        clock.noteContact(hubTime: UnixTime(milliseconds: answer.hubTimeMilliseconds))
        if let text = answer.hubKey {
            guard let key = HubVerifyingKey(text: text) else {
                throw HubError(.answerMalformed, detail: "the hub's signing key")
            }
            try await keys.pin(hubKey: key)
        }
        try await queue.acknowledge(answer.acknowledged)
        try await queue.endContest()
        if answer.acknowledged.sequence < figures.acknowledged { try await sendAgain(after: answer.acknowledged) }
        return .registered
    }

    private func deliver() async throws -> SyncMachine.Event {
        try await settleOwed()
        guard let unsent = try await queue.unsent(limit: HubProtocolLimits.batchRecords) else { return .nothingUnsent }
        do {
            return try await upload(unsent)
        } catch let error as HubError {
            guard case .refused(.gap, let known?) = error.code else { throw error }
            try await sendAgain(after: known)
            return .delivered(pause: .zero)
        }
    }

    private func upload(_ unsent: UnsentRecords) async throws -> SyncMachine.Event {
        let started = clock.uptime()
        let (answer, backlog) = try await send(unsent)
        try await queue.acknowledge(answer.acknowledged)
        CrashPoint.acknowledgementStored.reach()
        guard backlog > 0 else { return .delivered(pause: .zero) }
        return .delivered(
            pause: DrainPacing().pause(
                after: unsent.records.count, allowance: answer.recordsPerSecond, elapsed: clock.uptime() - started))
    }

    /// Sends records that this hub had acknowledged before it was restored from an older copy. They are all here, and
    /// what the hub has already does it no harm. That its changes are others from then on, too, the feed says itself:
    /// it refuses the replica's cursor.
    private func sendAgain(after known: Acknowledgement) async throws {
        var known = known
        while let records = try await queue.records(after: known, limit: HubProtocolLimits.batchRecords) {
            let (answer, _) = try await send(records)
            guard answer.acknowledged.sequence > known.sequence else {
                throw HubError(.answerMalformed, detail: "acknowledged nothing of what was sent again")
            }
            known = answer.acknowledged
        }
        try await queue.acknowledge(known)
    }

    private func send(_ records: UnsentRecords) async throws -> (AcknowledgementMessage, backlog: UInt64) {
        guard let last = records.records.last else { fatalError("a batch has a record") }
        let checkpoint: Checkpoint
        do {
            checkpoint = try signer.checkpoint(
                terminal: queue.terminal, journal: queue.journal, sequence: last.sequence, hash: records.hash)
        } catch {
            fatalError("the checkpoint key cannot sign")
        }
        let newest = try await queue.figures().sequence
        let backlog = newest - min(newest, last.sequence)
        CrashPoint.batchSigned.reach()
        let answer = try await hub.upload(
            BatchUpload(
                records: records.records.map(RecordMessage.init), checkpoint: checkpoint, session: queue.session,
                backlog: backlog))
        CrashPoint.batchDelivered.reach()
        clock.noteContact(hubTime: UnixTime(milliseconds: answer.hubTimeMilliseconds))
        return (answer, backlog)
    }

    /// Most changes asked for at a time: what a commit of a few milliseconds can store, so that no tap waits longer.
    static let changesLimit = 500

    private func fetchChanges() async throws -> SyncMachine.Event {
        let fetch = try await replica.nextFetch()
        do {
            return try await self.fetch(fetch)
        } catch let error as HubError where error.asksForSnapshot(fetch) {
            try await replica.wantSnapshot()
            return .changesApplied(more: true)
        } catch let error as LedgerError
            where error.code == .snapshotDoesNotFollow || error.code == .hotListContradicted
        {
            // It is an alarm all the same, and the next try begins with the snapshot.
            try await replica.wantSnapshot()
            throw error
        }
    }

    private func fetch(_ fetch: ReplicaFetch) async throws -> SyncMachine.Event {
        switch fetch {
        case .changes(let cursor):
            let page = try await hub.changes(after: cursor, limit: Self.changesLimit)
            clock.noteContact(hubTime: UnixTime(milliseconds: page.hubTimeMilliseconds))
            CrashPoint.changesFetched.reach()
            try await replica.apply(page, after: cursor)
            CrashPoint.changesApplied.reach()
            if !page.changes.isEmpty { await replicaChanged() }
            if !page.more { try await policies?.look() }
            return .changesApplied(more: page.more)
        case .snapshot(let position):
            let page = try await hub.snapshot(after: position, limit: HubProtocolLimits.pageChanges)
            clock.noteContact(hubTime: UnixTime(milliseconds: page.hubTimeMilliseconds))
            try await replica.stage(page, after: position)
            CrashPoint.snapshotPageStaged.reach()
            return .changesApplied(more: true)
        case .changesOfSnapshot(let cursor, let through):
            let page = try await hub.changes(after: cursor, limit: HubProtocolLimits.pageChanges)
            // Between the snapshot's last page and these changes the hub may have been put back to a copy that lacks
            // what the pages said. It refuses a cursor that it never gave out; the answer itself is not needed.
            _ = try await hub.changes(after: through, limit: 1)
            clock.noteContact(hubTime: UnixTime(milliseconds: page.hubTimeMilliseconds))
            try await replica.stage(page, after: cursor)
            await replicaChanged()
            return .changesApplied(more: true)
        }
    }
}

extension HubError {
    /// Whether the hub cannot go on from where the replica is: its changes from there are forgotten, or it never gave
    /// out the position in a snapshot.
    fileprivate func asksForSnapshot(_ fetch: ReplicaFetch) -> Bool {
        switch (code, fetch) {
        case (.refused(.cursorTooOld, _), _): true
        case (.refused(.malformedRequest, _), .snapshot(_?)): true
        default: false
        }
    }
}
