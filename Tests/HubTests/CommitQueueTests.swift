import Foundation
import GRDB
import HTTPTypes
import HubProtocol
import Payments
import Synchronization
import TestSupport
import Testing

@testable import Hub

@Suite("Holds before batches")
struct CommitQueueTests {
    private typealias Queue = CommitQueue<String>

    private func queue(writes: Int = 8, records: Int = 1000) -> Queue {
        Queue(writesMaximum: writes, recordsMaximum: records)
    }

    @Test("what a payer waits for goes into the next commit before everything that came earlier")
    func front() {
        var queue = queue()
        for number in 1...3 { queue.append("batch \(number)", .records(500)) }
        queue.append("hold 1", .payerWaits)
        queue.append("hold 2", .payerWaits)
        #expect(queue.next() == ["hold 1", "hold 2", "batch 1", "batch 2"])
        #expect(queue.next() == ["batch 3"])
        #expect(queue.next().isEmpty)
        #expect(queue.isEmpty)
    }

    @Test("a commit takes no more records than a hold can wait for, and a single large write all the same")
    func records() {
        var queue = queue()
        for (name, records) in [("a", 5000), ("b", 400), ("c", 400), ("d", 201), ("e", 1)] {
            queue.append(name, .records(records))
        }
        #expect(queue.next() == ["a"])
        #expect(queue.next() == ["b", "c"])
        #expect(queue.next() == ["d", "e"])
    }

    @Test("however many holds wait, a write of the others is in every commit, in their order")
    func noStarvation() {
        var queue = queue(writes: 4)
        for number in 1...3 { queue.append("batch \(number)", .records(500)) }
        for round in 1...3 {
            for number in 1...9 { queue.append("hold \(round).\(number)", .payerWaits) }
            let group = queue.next()
            #expect(group.count == 4)
            #expect(group.last == "batch \(round)")
            #expect(group.dropLast().allSatisfy { $0.hasPrefix("hold") })
        }
        #expect(queue.ordinaryCount == 0)
        #expect(queue.next().count == 4, "without others the holds have the whole commit")
    }

    @Test("nothing is lost or doubled, whatever comes in which order", arguments: 1...20 as ClosedRange<UInt64>)
    func conservation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = queue(writes: Int.random(in: 1...6, using: &generator), records: 100)
        var (given, taken): ([String], [String]) = ([], [])
        for number in 0..<200 {
            let isUrgent = Bool.random(using: &generator)
            given.append("\(number)")
            queue.append("\(number)", isUrgent ? .payerWaits : .records(Int.random(in: 1...150, using: &generator)))
            if Int.random(in: 0..<3, using: &generator) == 0 { taken += queue.next() }
        }
        while !queue.isEmpty {
            let group = queue.next()
            #expect(!group.isEmpty)
            taken += group
        }
        #expect(taken.sorted() == given.sorted())
    }

    private final class Order: Sendable {
        private let list = Mutex<[String]>([])
        var names: [String] { list.withLock { $0 } }
        func note(_ name: String) { list.withLock { $0.append(name) } }
    }

    @Test("on the database: a hold that came last runs first, and does not wait for all batches")
    func order() async throws {
        let directory = try TemporaryDirectory()
        let database = try DatabaseQueue(path: directory.file("order.sqlite"))
        let commits = GroupCommit(queue: database, limit: 64, recordsMaximum: 1000)
        let gate = DispatchSemaphore(value: 0)
        database.asyncWriteWithoutTransaction { _ in gate.wait() }
        let order = Order()
        await withTaskGroup(of: Void.self) { group in
            for number in 1...6 {
                group.addTask {
                    _ = try? await commits.write(.records(500)) { _ in order.note("batch") }
                }
                while commits.waitingCount < number { await Task.yield() }
            }
            group.addTask {
                _ = try? await commits.write(.payerWaits) { _ in order.note("hold") }
            }
            while commits.urgentCount < 1 { await Task.yield() }
            gate.signal()
        }
        #expect(order.names == ["hold"] + Array(repeating: "batch", count: 6))
    }

    @Test("the hub's holds are what goes first, and its batches and an operator's writes are not")
    func holdsAreUrgent() async throws {
        let hub = try await HubFixture.open()
        let store = try #require(hub.hub.store as? SQLiteHubStore)
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 1000)
        try terminal.write(.approved, account)
        let gate = DispatchSemaphore(value: 0)
        store.queue.asyncWriteWithoutTransaction { _ in gate.wait() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await terminal.upload(terminal.batch(1...1)) }
            group.addTask {
                _ = try await hub.operate(
                    .post, "/terminals/\(terminal.credentials.id)/disable", as: TerminalSummary.self)
            }
            while store.commits.waitingCount < 2 { await Task.yield() }
            #expect(store.commits.urgentCount == 0)
            group.addTask { _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 5)) }
            while store.commits.urgentCount < 1 { await Task.yield() }
            #expect(store.commits.waitingCount == 3)
            gate.signal()
            try await group.waitForAll()
        }
        try await hub.hub.close()
    }
}
