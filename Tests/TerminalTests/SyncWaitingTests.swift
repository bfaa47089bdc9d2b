import Logging
import Payments
import ServiceLifecycle
import Simulation
import Synchronization
import Terminal
import TestSupport
import Testing

@Suite("Waits between tries", .timeLimit(.minutes(15))) struct SyncWaitingTests {
    /// The service's clock: writes down each wait, and ends the first few at once.
    private final class Waits: Sendable {
        private let list = Mutex<[Duration]>([])
        private let skipped: Int

        init(skipping skipped: Int) { self.skipped = skipped }

        var all: [Duration] { list.withLock { $0 } }

        func wait(_ bell: WakeSignal, _ duration: Duration) async {
            let count = list.withLock { list in
                list.append(duration)
                return list.count
            }
            if count > skipped { await bell.wait(atMost: .seconds(3600)) }
        }
    }

    private static let jitter = Duration.milliseconds(250)

    /// Runs the service until `body` has ended.
    private func withSync(_ till: Till, _ waits: Waits, _ body: (SyncService) async throws -> Void) async throws {
        let sync = SyncService(
            steps: SyncSteps(
                queue: till.journal, replica: till.journal, keys: till.journal, hub: till.hub, clock: till.trusted,
                signer: till.signer, settleOwed: {}, replicaChanged: {}),
            pollInterval: .seconds(3600), retryDelay: { Self.jitter * $0 }, logger: Till.logger,
            waiting: { await waits.wait($0, $1) })
        let group = ServiceGroup(configuration: .init(services: [.init(service: sync)], logger: Till.logger))
        let run = Task { try await group.run() }
        let result: Result<Void, any Error>
        do {
            try await body(sync)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await run.value
        try result.get()
    }

    @Test("what a busy hub asks for comes first each time, and jitter that grows comes on top of it")
    func retryAfter() async throws {
        let till = try await Till()
        let waits = Waits(skipping: 6)
        till.hub.behave(.busy(retryAfter: .seconds(5)))
        try await withSync(till, waits) { _ in
            try await eventually("three tries and the fourth one's wait") { waits.all.count == 7 }
        }
        let floor = Duration.seconds(5)
        #expect(
            waits.all.prefix(7) == [floor, Self.jitter, floor, Self.jitter * 2, floor, Self.jitter * 3, floor])
    }

    @Test("a hub that asks for nothing gets the jitter alone")
    func noFloor() async throws {
        let till = try await Till()
        let waits = Waits(skipping: 2)
        till.hub.behave(.unreachable)
        try await withSync(till, waits) { _ in
            try await eventually("three tries") { waits.all.count == 3 }
        }
        #expect(waits.all.prefix(3) == [Self.jitter, Self.jitter * 2, Self.jitter * 3])
    }

    @Test("a new sale does not shorten what the hub asked for; a person who asks does, also a second time")
    func onlyPeople() async throws {
        let till = try await Till()
        let waits = Waits(skipping: 0)
        till.hub.behave(.busy(retryAfter: .seconds(5)))
        try await withSync(till, waits) { sync in
            try await eventually("it leaves the hub in peace") { waits.all.count == 1 }
            for round in 1...3 {
                let tries = till.hub.calls.registrations
                sync.wake()
                for _ in 0..<1000 { await Task.yield() }
                #expect(till.hub.calls.registrations == tries, "round \(round): a sale made the terminal ask")
                #expect(waits.all.count == round, "round \(round): the wait has ended")
                let state = await sync.syncNow()
                #expect(state.failure?.retryAfter == .seconds(5))
                #expect(till.hub.calls.registrations == tries + 1, "round \(round)")
                try await eventually("it leaves the hub in peace again") { waits.all.count == round + 1 }
            }
            #expect(waits.all.allSatisfy { $0 == .seconds(5) })
            till.hub.behave(.answering)
            #expect(await sync.syncNow().failure == nil)
        }
    }
}
