import Payments
import Simulation
import Terminal
import TestSupport
import Testing

@Suite("Lane", .timeLimit(.minutes(15))) struct LaneTests {
    private struct Counterpart {
        let lane: Lane
        let reader = SimulatedCardReader(name: "reader")
        let scanner = SimulatedCodeScanner(name: "scanner")

        init(_ till: Till, armedFor: Duration) {
            let ports = LanePorts(
                present: { [presentation = till.presentation()] in
                    await presentation.present($0, for: $1, lane: $2, awaiting: $3)
                },
                verify: { [verification = till.verification] in verification.verify($0) },
                authorization: till.authorization, clock: till.trusted)
            lane = Lane(
                id: till.lane, reader: reader, scanner: scanner, ports: ports, armedFor: armedFor,
                logger: Till.logger)
        }

        func outcome(_ order: SaleOrder) async throws -> SaleOutcome? {
            try await lane.outcome(of: order.reference, waitingAtMost: .seconds(30))
        }
    }

    private func withLane(
        armedFor: Duration = .seconds(600), _ body: (Till, Counterpart) async throws -> Void
    ) async throws {
        let till = try await Till()
        let counterpart = Counterpart(till, armedFor: armedFor)
        let run = Task { await counterpart.lane.run() }
        let result: Result<Void, any Error>
        do {
            try await body(till, counterpart)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await counterpart.lane.stop()
        await run.value
        try result.get()
    }

    private func isApproved(_ outcome: SaleOutcome?) -> Bool {
        if case .decided(let concluded, _) = outcome { concluded.decision.isApproved } else { false }
    }

    @Test("a card pays the amount that is armed")
    func card() async throws {
        try await withLane { till, counter in
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.reader.insert(try till.card())
            #expect(isApproved(try await counter.outcome(order)))
            let record = try #require(try await till.journal.records(after: 0, limit: 1).first?.record)
            #expect(record.sale?.amount == order.amount)
            #expect(record.sale?.payer == .card(till.cardID, .proven))
        }
    }

    @Test("a payment code pays once; shown again it is refused as used")
    func code() async throws {
        try await withLane { till, counter in
            let code = try till.code()
            for (reference, approved) in [("sale-1", true), ("sale-2", false)] {
                let order = try till.order(1250, reference)
                try await counter.lane.arm(order)
                counter.scanner.scan(code)
                #expect(isApproved(try await counter.outcome(order)) == approved)
            }
            let outcomes = try await till.journal.records(after: 0, limit: 9).map(\.record.outcome)
            #expect(outcomes == [.approved, .declined(.codeReplayed)])
        }
    }

    @Test("the same reference is the same sale; another amount under it, or another sale meanwhile, is refused")
    func references() async throws {
        try await withLane { till, counter in
            let order = try till.order()
            try await counter.lane.arm(order)
            try await counter.lane.arm(order)
            await #expect(throws: LaneRefusal(.referenceReused)) { try await counter.lane.arm(try till.order(1)) }
            await #expect(throws: LaneRefusal(.laneBusy)) {
                try await counter.lane.arm(try till.order(1250, "sale-2"))
            }
            counter.scanner.scan(try till.code())
            let outcome = try await counter.outcome(order)
            try await counter.lane.arm(order)
            #expect(try await counter.outcome(order) == outcome)
            #expect(try await till.journal.figures().sequence == 1)
        }
    }

    @Test("a cancelled sale takes no money, and the lane is free")
    func cancelled() async throws {
        try await withLane { till, counter in
            let order = try till.order()
            try await counter.lane.arm(order)
            try await counter.lane.cancel(order.reference)
            #expect(try await counter.outcome(order) == .cancelled)
            try await counter.lane.arm(try till.order(1250, "sale-2"))
            #expect(try await till.journal.figures().sequence == 0)
        }
    }

    @Test("a sale that is being decided cannot be taken back")
    func tooLate() async throws {
        try await withLane { till, counter in
            till.hub.gate.close()
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.scanner.scan(try till.code())
            await till.hub.gate.reached(by: 3)
            await #expect(throws: LaneRefusal(.tooLateToCancel)) {
                try await counter.lane.cancel(order.reference)
            }
            till.hub.gate.open()
            #expect(isApproved(try await counter.outcome(order)))
        }
    }

    @Test("an amount that nobody pays expires")
    func expired() async throws {
        try await withLane(armedFor: .milliseconds(20)) { till, counter in
            let order = try till.order()
            try await counter.lane.arm(order)
            #expect(try await counter.outcome(order) == .expired)
            #expect(try await till.journal.figures().sequence == 0)
        }
    }

    @Test("promise 14: a reader that is gone does not stop the scanner")
    func readerGone() async throws {
        try await withLane { till, counter in
            counter.reader.unplug()
            try await eventually("the fault is known") { await counter.lane.status().reader?.fault != nil }
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.scanner.scan(try till.code())
            #expect(isApproved(try await counter.outcome(order)))
            #expect(await counter.lane.status().scanner?.fault == nil)
        }
    }

    @Test("promise 7: a card that stays on the reader does not pay the next sale until it has left")
    func leftLying() async throws {
        try await withLane { till, counter in
            let first = try till.order()
            try await counter.lane.arm(first)
            counter.reader.insert(try till.card())
            #expect(isApproved(try await counter.outcome(first)))
            let second = try till.order(300, "sale-2")
            try await counter.lane.arm(second)
            #expect(await counter.lane.status().display == .removeCardFirst(second.amount))
            #expect(try await till.journal.figures().sequence == 1)
            let card = try #require(counter.reader.remove())
            counter.reader.insert(card)
            #expect(isApproved(try await counter.outcome(second)))
            #expect(try await till.journal.figures().sequence == 2)
        }
    }

    @Test("a full disk ends the sale as a fault, and the next sale works")
    func diskFull() async throws {
        try await withLane { till, counter in
            till.journal.failCommits(1)
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.scanner.scan(try till.code())
            guard case .fault(let number, _) = try await counter.outcome(order) else {
                Issue.record("not a fault")
                return
            }
            #expect(number == LedgerError.Code.diskFull.rawValue)
            let next = try till.order(100, "sale-2")
            try await counter.lane.arm(next)
            counter.scanner.scan(try till.code(serial: 2))
            #expect(isApproved(try await counter.outcome(next)))
        }
    }

    @Test("stop lets a decision under way reach the journal")
    func stopDuringDecision() async throws {
        try await withLane { till, counter in
            till.hub.gate.close()
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.scanner.scan(try till.code())
            await till.hub.gate.reached(by: 3)
            await counter.lane.stop()
            till.hub.gate.open()
            #expect(isApproved(try await counter.outcome(order)))
        }
    }

    @Test("stop while a card is being read still gives the sale an outcome")
    func stopDuringReading() async throws {
        try await withLane { till, counter in
            counter.reader.gate.close()
            let order = try till.order()
            try await counter.lane.arm(order)
            counter.reader.insert(try till.card())
            await counter.reader.gate.reached()
            await counter.lane.stop()
            counter.reader.gate.open()
            #expect(try await counter.lane.outcome(of: order.reference, waitingAtMost: .seconds(2)) != nil)
        }
    }
}
