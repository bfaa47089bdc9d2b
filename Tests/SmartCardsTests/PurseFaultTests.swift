import Payments
import Simulation
import SmartCards
import Testing

@Suite("Faults at every step of a purse tap")
struct PurseFaultTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    /// The card exchanges of a card without 9F0C: SELECT, READ BINARY, INITIALIZE, DEBIT.
    static let steps: [PurseStep] = [.select, .readPublicInformation, .initialize, .debit]

    private func run(
        amount: UInt32 = 300, _ step: PurseStep, _ interference: Interference
    ) throws -> (PurseResult, PurseCardMemory) {
        var memory = campus.memory()
        memory.givesInformationOnSelect = false
        let index = try #require(Self.steps.firstIndex(of: step)) + 1
        var tap = Tap(campus.card(memory), campus, [index: interference])
        let result = try tap.run(
            PursePurchaseMachine(
                profile: campus.profile, amount: amount, terminal: campus.terminal, time: campus.time))
        return (result, try #require(tap.card as? SimulatedPurseCard).memory)
    }

    @Test(
        "a card pulled before the DEBIT is a communication failure at its step, and nothing was paid",
        arguments: [PurseStep.select, .readPublicInformation, .initialize], [Interference.lostBefore, .lostAfter])
    func pulledEarly(step: PurseStep, interference: Interference) throws {
        let (result, memory) = try run(step, interference)
        #expect(result == .failed(.communicationFailed(step)))
        #expect(memory.balance == 10_000)
    }

    @Test(
        "a lost DEBIT answer is unknown whether or not the card paid", arguments: [Interference.lostBefore, .lostAfter])
    func pulledAtDebit(interference: Interference) throws {
        let (result, memory) = try run(.debit, interference)
        guard case .unknown(let evidence, .answerLost) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(memory.balance == (interference == .lostAfter ? 9_700 : 10_000))
        #expect(evidence.cryptograms == nil)
        #expect(evidence.initialization.offlineSerial == 0)
        #expect(evidence.information == campus.information)
        #expect(evidence.secureModuleAnswer.mac1.count == 4)
    }

    @Test(
        "an answer without a status word counts as a card pulled away", arguments: steps,
        [[UInt8](), [0x90]])
    func cutShort(step: PurseStep, bytes: [UInt8]) throws {
        let (result, _) = try run(step, .replaced(bytes))
        if step == .debit {
            guard case .unknown(_, .answerLost) = result else {
                Issue.record("\(result)")
                return
            }
        } else {
            #expect(result == .failed(.communicationFailed(step)))
        }
    }

    @Test(
        "malformed answers are failures of their step with a stable number",
        arguments: [
            (PurseStep.select, "84 9000", 1405), (.select, "6F01 9000", 1406), (.select, "8400 9000", 1408),
            (.select, "6F06 A504 9F0C0100 9000", 1409), (.readPublicInformation, "9000", 1409),
            (.readPublicInformation, "0102 9000", 1409), (.initialize, "9000", 1411),
            (.initialize, "0000000000000000000000000000 9000", 1411),
            (.initialize, "00000000000000000000000000000000 9000", 1411),
        ])
    func malformed(step: PurseStep, text: String, number: Int) throws {
        let (result, memory) = try run(step, .replaced(try hex(text)))
        guard case .failed(.malformedAnswer(let error, step)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error.number == number)
        #expect(memory.balance == 10_000)
    }

    @Test(
        "malformed answers to DEBIT leave the outcome unknown",
        arguments: ["9000", "01020304050607 9000", "010203040506070809 9000", "0102030405060708 6108"])
    func malformedDebit(text: String) throws {
        let (result, memory) = try run(.debit, .replaced(try hex(text)))
        guard case .unknown(let evidence, .answerMalformed) = result else {
            // GET RESPONSE after 6108 meets a card that has nothing waiting.
            guard case .unknown(_, .status(.conditionsNotSatisfied)) = result else {
                Issue.record("\(result)")
                return
            }
            return
        }
        #expect(evidence.cryptograms == nil)
        #expect(memory.balance == 9_700)
    }

    @Test(
        "clear refusals of DEBIT are failures",
        arguments: [
            (0x6700, PurseFailure.cardFault(.wrongLength, .debit)), (0x6901, .cardFault(.wrongState, .debit)),
            (0x6985, .cardFault(.conditionsNotSatisfied, .debit)), (0x6A86, .cardFault(.wrongParameters, .debit)),
            (0x6D00, .cardFault(.instructionNotSupported, .debit)), (0x9302, .secureModuleRefusedByCard),
            (0x9401, .insufficientBalance), (0x6A81, .applicationLocked), (0x9303, .applicationLocked),
        ] as [(UInt16, PurseFailure)])
    func refusedDebit(word: UInt16, failure: PurseFailure) throws {
        let (result, _) = try run(.debit, .replaced(word.bigEndianBytes(count: 2)))
        #expect(result == .failed(failure))
    }

    @Test(
        "status words that leave the memory in doubt make DEBIT unknown",
        arguments: [0x6581, 0x6283, 0x6300, 0x63C2, 0x6400, 0x6F00, 0x9406, 0x1234] as [UInt16])
    func doubtfulDebit(word: UInt16) throws {
        let (result, _) = try run(.debit, .replaced(word.bigEndianBytes(count: 2)))
        guard case .unknown(_, .status(StatusWord(word))) = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test("a refusal after a repeated DEBIT is unknown: the first one may have paid")
    func refusedAfterRepeat() throws {
        // The card carried out the DEBIT; the terminal only heard 6C08, sends it again and hears 6901.
        let (result, memory) = try run(.debit, .replaced([0x6C, 0x08]))
        guard case .unknown(_, .status(.wrongState)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(memory.balance == 9_700)
        #expect(memory.log.count == 1)
    }

    @Test(
        "other refusals before the DEBIT are faults of the card with their step",
        arguments: [PurseStep.readPublicInformation, .initialize])
    func refused(step: PurseStep) throws {
        let (result, _) = try run(step, .replaced([0x69, 0x82]))
        #expect(result == .failed(.cardFault(.securityStatusNotSatisfied, step)))
    }

    @Test("random answers end every tap and never look like success", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for step in 1...4 {
            let bytes = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            for tail in [[], [0x90, 0x00], [0x61, 0x10]] as [[UInt8]] {
                var memory = campus.memory()
                memory.givesInformationOnSelect = false
                var tap = Tap(campus.card(memory), campus, [step: .replaced(bytes + tail)])
                let result = try tap.run(
                    PursePurchaseMachine(
                        profile: campus.profile, amount: 300, terminal: campus.terminal, time: campus.time))
                let after = try #require(tap.card as? SimulatedPurseCard).memory
                if case .purchased = result { Issue.record("noise was taken for a purchase") }
                if after.balance != 10_000 {
                    switch result {
                    case .unknown, .failed(.cardNotGenuine): break
                    default: Issue.record("the card paid and the tap said \(result)")
                    }
                }
            }
        }
    }
}
