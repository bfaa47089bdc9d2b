import Payments
import Simulation
import SmartCards
import Terminal
import Testing

@Suite("Card presentation, account tender") struct CardPresentationTests {
    private typealias Sessions = SimulatedSecureModule.Record

    private func identify(
        _ till: Till, _ card: SimulatedPurseCard, faults: [SimulatedReaderFault] = []
    ) async throws -> CardReading {
        let reader = SimulatedCardReader(name: "reader")
        reader.insert(card, faults: faults)
        let reading = try await present(till, reader)
        #expect(!reader.isConnected, "the card is let go")
        return reading
    }

    private func present(_ till: Till, _ reader: SimulatedCardReader) async throws -> CardReading {
        await till.presentation().present(reader, for: try till.order(), lane: till.lane, awaiting: nil).reading
    }

    private func problem(_ reading: CardReading) -> Int? {
        if case .problem(let problem) = reading { problem.number } else { nil }
    }

    @Test("a genuine card is proven, and the secure module's session ends with the check")
    func proven() async throws {
        let till = try await Till()
        guard case .identified(let evidence) = try await identify(till, try till.card()) else {
            Issue.record("not identified")
            return
        }
        #expect(evidence.card == till.cardID)
        #expect(evidence.proof == .proven)
        #expect(till.secureModule.record == Sessions(opened: 1, checked: 1))
    }

    @Test("a card with another key is no card, and the session is given up without a check")
    func wrongKey() async throws {
        let till = try await Till()
        let other: DESKey = try #require(DESKey(hex: "00112233445566778899AABBCCDDEEFF"))
        let card = try till.card(master: other)
        #expect(problem(try await identify(till, card)) != nil)
        #expect(till.secureModule.record == Sessions(opened: 1, abandoned: 1))
    }

    @Test("a secure module that does not answer is named, and no session is left")
    func secureModuleFails() async throws {
        let till = try await Till()
        till.secureModule.behave(.failingToInitialize)
        #expect(problem(try await identify(till, try till.card())) == SecureModuleError.Code.unavailable.rawValue)
        #expect(till.secureModule.record == Sessions())
        till.secureModule.behave(.failingToCheck)
        #expect(problem(try await identify(till, try till.card())) == SecureModuleError.Code.unavailable.rawValue)
        #expect(till.secureModule.record == Sessions(opened: 1, checked: 1))
    }

    @Test(
        "a card that leaves at any exchange is a problem, and every session ends exactly once",
        arguments: [SimulatedReaderFault.Effect.leaveBeforeHandling, .leaveAfterHandling])
    func torn(_ effect: SimulatedReaderFault.Effect) async throws {
        var exchange = 0
        while true {
            exchange += 1
            let till = try await Till()
            let reading = try await identify(
                till, try till.card(), faults: [SimulatedReaderFault(at: exchange, effect)])
            let sessions = till.secureModule.record
            #expect(sessions.opened == sessions.checked + sessions.abandoned)
            #expect(sessions.endedTwice == 0)
            if case .identified = reading { break }
        }
        #expect(exchange > 3, "the fault came at every exchange of a tap before one went through")
    }

    @Test(
        "a card at the edge of the field is asked again while it lies there, without a new insertion", arguments: 1...3)
    func edgeOfField(exchange: Int) async throws {
        let till = try await Till()
        let reading = try await identify(
            till, try till.card(), faults: [SimulatedReaderFault(at: exchange, .answer([0x90]))])
        guard case .identified(let evidence) = reading else {
            Issue.record("not identified: \(reading)")
            return
        }
        #expect(evidence.proof == .proven)
        let sessions = till.secureModule.record
        #expect(sessions.opened == sessions.checked + sessions.abandoned)
    }

    @Test("an empty reader is a problem that names it")
    func empty() async throws {
        let till = try await Till()
        let reading = try await present(till, SimulatedCardReader(name: "reader"))
        #expect(problem(reading) == CardReaderError.Code.noCard.rawValue)
        #expect(till.secureModule.record == Sessions())
    }
}
