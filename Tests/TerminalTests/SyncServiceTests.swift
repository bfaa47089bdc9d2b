import HubProtocol
import Payments
import ServiceLifecycle
import Simulation
import Synchronization
import Terminal
import TestSupport
import Testing

@Suite("Sync service", .timeLimit(.minutes(15))) struct SyncServiceTests {
    private final class Attempts: Sendable {
        private let list = Mutex<[Int]>([])
        var all: [Int] { list.withLock { $0 } }
        func note(_ attempt: Int) { list.withLock { $0.append(attempt) } }
    }

    /// Runs the service until `body` has ended, and then shuts it down in order.
    private func withSync(
        _ till: Till, attempts: Attempts = Attempts(), replicaChanged: Counter = Counter(),
        waiting: @escaping @Sendable (WakeSignal, Duration) async -> Void = { await $0.wait(atMost: $1) },
        _ body: (SyncService) async throws -> Void
    ) async throws {
        let sync = SyncService(
            steps: SyncSteps(
                queue: till.journal, replica: till.journal, keys: till.journal, hub: till.hub, clock: till.trusted,
                signer: till.signer,
                settleOwed: { () async throws(LedgerError) in try await till.authorization.voidAbandoned() },
                replicaChanged: { replicaChanged.increment() }),
            pollInterval: .seconds(3600),
            retryDelay: {
                attempts.note($0)
                return .seconds(3600)
            }, logger: Till.logger, waiting: waiting)
        let group = ServiceGroup(configuration: .init(services: [.init(service: sync)], logger: Till.logger))
        let run = Task { try await group.run() }
        let result: Result<Void, any Error>
        do {
            try await body(sync)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        till.hub.gate.open()
        await group.triggerGracefulShutdown()
        try await run.value
        try result.get()
    }

    private func voidNumbers(_ count: Int, _ till: Till) async throws {
        for _ in 0..<count { try await till.journal.void(try await till.journal.mint(), now: Till.morning) }
    }

    @Test("registers once, however often it syncs, and is level after each")
    func registersOnce() async throws {
        let till = try await Till()
        let before = till.hub.calls.registrations
        try await withSync(till) { sync in
            for _ in 0..<3 {
                let state = await sync.syncNow()
                #expect(state.failure == nil)
                #expect(state.lastLevel == Till.morning)
            }
        }
        #expect(till.hub.calls.registrations == before + 1)
    }

    @Test("delivers in batches of at most the protocol's limit, all of it, in order")
    func batches() async throws {
        let till = try await Till()
        try await voidNumbers(HubProtocolLimits.batchRecords + 1, till)
        try await withSync(till) { sync in _ = await sync.syncNow() }
        #expect(till.hub.calls.uploads == 2)
        #expect(till.hub.books.journal.records.count == HubProtocolLimits.batchRecords + 1)
        #expect(try await till.journal.figures().unsentCount == 0)
    }

    @Test("fetches page after page until the replica is current")
    func pages() async throws {
        let till = try await Till()
        till.hub.changeBooks { books in
            for number in 0...HubProtocolLimits.pageChanges {
                books.setCard(.uid(number.bigEndianBytes(count: 4)), of: till.account)
            }
        }
        let (before, changed) = (till.hub.calls.pages, Counter())
        try await withSync(till, replicaChanged: changed) { sync in #expect(await sync.syncNow().failure == nil) }
        #expect(changed.value > 2)
        #expect(till.hub.calls.pages >= before + 2)
        let view = try await till.journal.view(
            of: .card(CardEvidence(card: .uid(HubProtocolLimits.pageChanges.bigEndianBytes(count: 4)), proof: .proven)))
        #expect(view.card == .active)
    }

    @Test("who asks during a flight waits for the flight that has their records")
    func ownRecords() async throws {
        let till = try await Till()
        let arrivals = 2
        till.hub.gate.close()
        try await withSync(till) { sync in
            await till.hub.gate.reached(by: arrivals + 1)
            try await voidNumbers(1, till)
            async let state = sync.syncNow()
            till.hub.gate.open()
            #expect(await state.failure == nil)
            #expect(till.hub.books.journal.records.count == 1)
        }
    }

    @Test("promise 5: a hub with another history is an alarm, and every record stays")
    func alarm() async throws {
        let till = try await Till()
        try await voidNumbers(3, till)
        till.hub.behave(.refusing(.contentChanged))
        try await withSync(till) { sync in
            let failure = await sync.syncNow().failure
            #expect(failure?.isAlarm == true)
            #expect(failure?.number == HubRefusal.contentChanged.rawValue)
        }
        #expect(try await till.journal.figures().unsentCount == 3)
    }

    @Test("failures in a row ask for longer and longer waits, and the first success clears the failure")
    func backOff() async throws {
        let till = try await Till()
        let attempts = Attempts()
        till.hub.behave(.unreachable)
        try await withSync(till, attempts: attempts) { sync in
            for _ in 0..<3 { #expect(await sync.syncNow().failure?.number == 4001) }
            try await eventually("three waits") { attempts.all.count >= 3 }
            #expect(attempts.all == Array(1...attempts.all.count))
            till.hub.behave(.answering)
            #expect(await sync.syncNow().failure == nil)
        }
    }

    @Test("promise 2: a batch whose acknowledgement was lost is delivered again without a second effect")
    func lostAcknowledgement() async throws {
        let till = try await Till()
        _ = try await till.authorize(1250)
        till.hub.behave(.answeringLate)
        try await withSync(till) { sync in
            #expect(await sync.syncNow().failure?.number == 4002)
            till.hub.behave(.answering)
            #expect(await sync.syncNow().failure == nil)
        }
        #expect(till.hub.books.accounts[till.account]?.balance == Amount(fen: 18_750))
        #expect(till.hub.books.heldAmount == .zero)
        #expect(try await till.journal.figures().unsentCount == 0)
    }

    @Test("owed voids are written before the delivery and go with it")
    func owedVoids() async throws {
        let till = try await Till()
        till.journal.failCommits(1)
        await #expect(throws: LedgerError(.diskFull)) { try await till.authorize() }
        try await withSync(till) { sync in #expect(await sync.syncNow().failure == nil) }
        #expect(till.hub.books.journal.records.map(\.outcome) == [.voided])
        #expect(till.hub.books.heldAmount == .zero)
    }
}
