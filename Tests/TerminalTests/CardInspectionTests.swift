import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

@Suite("Card inspection", .timeLimit(.minutes(15))) struct CardInspectionTests {
    /// A lane on a simulated reader, and the inspection beside it.
    private struct Counter {
        let lane: Lane
        let reader: SimulatedCardReader
        let inspection: CardInspection
        let gate = Gate()

        init(_ till: Till, hasReader: Bool = true) {
            reader = SimulatedCardReader(name: "reader", gate: gate)
            let ports = LanePorts(
                present: { [presentation = till.presentation()] in
                    await presentation.present($0, for: $1, lane: $2, awaiting: $3)
                },
                verify: { [verification = till.verification] in verification.verify($0) },
                authorization: till.authorization, clock: till.trusted)
            lane = Lane(
                id: till.lane, reader: hasReader ? reader : nil, scanner: nil, ports: ports,
                armedFor: .seconds(600), logger: Till.logger)
            let profile = PurseProfile(
                name: "campus", application: .name([0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]),
                purchaseKeyIndex: 1, proof: .secureModule(factors: [.applicationSerial]))
            inspection = CardInspection(
                profiles: [.purse(profile)], terminal: till.terminal, clock: till.trusted, timeZoneOffset: 28_800)
        }
    }

    private func withCounter(
        hasReader: Bool = true, _ body: (Till, Counter) async throws -> Void
    ) async throws {
        let till = try await Till()
        let counter = Counter(till, hasReader: hasReader)
        let run = Task { await counter.lane.run() }
        let result: Result<Void, any Error>
        do {
            try await body(till, counter)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        counter.gate.open()
        await counter.lane.stop()
        await run.value
        try result.get()
    }

    private func number(_ body: () async throws -> Void) async -> Int? {
        do {
            try await body()
            return nil
        } catch let error as any StableError {
            return error.number
        } catch {
            return -1
        }
    }

    @Test("a card that comes is explained, and pays as before afterwards")
    func examine() async throws {
        try await withCounter { till, counter in
            async let waiting: Void = counter.lane.cardPresented(waitingAtMost: .seconds(30))
            counter.reader.insert(try till.card())
            await waiting
            let (report, transcript) = try await counter.inspection.examine(counter.lane)
            #expect(report.decisive?.profile == "campus")
            #expect(report.decisive?.fit == .fits)
            #expect(!counter.reader.isConnected, "the card is let go")
            #expect(till.secureModule.record == SimulatedSecureModule.Record())
            #expect(transcript.value("kind") == "examination")
            #expect(transcript.value("outcome") == "fits campus")
            #expect(!transcript.text().contains("98081700000030"))

            let order = try till.order()
            try await counter.lane.arm(order)
            let outcome = try await counter.lane.outcome(of: order.reference, waitingAtMost: .seconds(30))
            guard case .decided(let concluded, _) = outcome else {
                Issue.record("not decided")
                return
            }
            #expect(concluded.decision.isApproved)
        }
    }

    @Test("while the reader is lent the lane takes no order and lends to nobody else")
    func lent() async throws {
        try await withCounter { till, counter in
            counter.reader.insert(try till.card())
            await counter.lane.cardPresented(waitingAtMost: .seconds(30))
            counter.gate.close()
            async let examined = counter.inspection.examine(counter.lane)
            await counter.gate.reached()
            let order = try till.order()
            #expect(await number { try await counter.lane.arm(order) } == LaneRefusal.Code.laneBusy.rawValue)
            #expect(
                await number { _ = try await counter.inspection.examine(counter.lane) }
                    == LaneRefusal.Code.laneBusy.rawValue)
            counter.gate.open()
            #expect(try await examined.report.isComplete)
            try await counter.lane.arm(order)
        }
    }

    @Test("an armed lane, an empty reader and a lane without one are refused by their numbers")
    func refused() async throws {
        try await withCounter { till, counter in
            #expect(
                await number { _ = try await counter.inspection.examine(counter.lane) }
                    == CardReaderError.Code.noCard.rawValue)
            await counter.lane.cardPresented(waitingAtMost: .milliseconds(1))
            try await counter.lane.arm(try till.order())
            #expect(
                await number { _ = try await counter.inspection.examine(counter.lane) }
                    == LaneRefusal.Code.laneBusy.rawValue)
        }
        try await withCounter(hasReader: false) { _, counter in
            let expected = CardReaderError.Code.readerUnavailable.rawValue
            #expect(await number { _ = try await counter.inspection.examine(counter.lane) } == expected)
            #expect(await number { try await counter.lane.recordNextTap() } == expected)
        }
    }

    @Test("a card that leaves for good is told, one that comes back is asked again", arguments: [true, false])
    func torn(isBack: Bool) async throws {
        try await withCounter { till, counter in
            let effect: SimulatedReaderFault.Effect = isBack ? .answer([0x90]) : .leaveAfterHandling
            counter.reader.insert(try till.card(), faults: [SimulatedReaderFault(at: 3, effect)])
            await counter.lane.cardPresented(waitingAtMost: .seconds(30))
            let (report, transcript) = try await counter.inspection.examine(counter.lane)
            #expect(report.isComplete == isBack)
            let starts = transcript.steps.filter { if case .connected = $0 { true } else { false } }
            #expect(starts.count == (isBack ? 2 : 1))
            let number = CardReaderError.Code.cardRemoved.rawValue
            let hasFailure = transcript.steps.contains { if case .failed(number, _) = $0 { true } else { false } }
            #expect(hasFailure != isBack)
        }
    }

    @Test("the tap of the next sale is recorded, once, and the sale runs as always")
    func recordTap() async throws {
        try await withCounter { till, counter in
            try await counter.lane.recordNextTap()
            #expect(await counter.lane.recordedTap(waitingAtMost: .zero) == nil)
            let order = try till.order()
            try await counter.lane.arm(order)
            async let recorded = counter.lane.recordedTap(waitingAtMost: .seconds(30))
            counter.reader.insert(try till.card())
            let tap = try #require(await recorded)
            _ = try await counter.lane.outcome(of: order.reference, waitingAtMost: .seconds(30))
            let transcript = counter.inspection.transcript(tap)
            #expect(transcript.value("kind") == "tap")
            #expect(transcript.value("outcome") == "identified proven")
            #expect(transcript.value("atr") == "3B80800101")
            let instructions = transcript.steps.compactMap {
                if case .sent(let bytes, _) = $0 { bytes.filled[1] } else { nil }
            }
            #expect(instructions == [0xA4, 0x50, 0x54])
            let text = transcript.text(remarks: CardTranscript.recordedRemarks)
            #expect(!text.contains("98081700000030"))
            #expect(transcript.value("time") == "20260901080000")
            #expect(try CardTranscript(text: text) == transcript)
            await counter.lane.endRecording()
            #expect(await counter.lane.recordedTap(waitingAtMost: .zero) == nil)
        }
    }

    @Test("a tap whose first exchange broke is recorded as that")
    func brokenTap() async throws {
        try await withCounter { till, counter in
            try await counter.lane.recordNextTap()
            try await counter.lane.arm(try till.order())
            counter.reader.insert(try till.card(), faults: [SimulatedReaderFault(at: 1, .leaveBeforeHandling)])
            let tap = try #require(await counter.lane.recordedTap(waitingAtMost: .seconds(30)))
            #expect(tap.outcome == "problem E\(CardReaderError.Code.cardRemoved.rawValue)")
            #expect(!tap.recording.isEmpty, "a command went out, and its loss is worth recording")
        }
    }

    @Test("who waits in vain is let go after the limit, and many may wait at once")
    func waiting() async throws {
        try await withCounter { till, counter in
            #expect(await counter.lane.recordedTap(waitingAtMost: .milliseconds(1)) == nil)
            async let first: Void = counter.lane.cardPresented(waitingAtMost: .seconds(30))
            async let second: Void = counter.lane.cardPresented(waitingAtMost: .seconds(30))
            counter.reader.insert(try till.card())
            _ = await (first, second)
            #expect(await counter.lane.status().hasCard)
        }
    }
}
