import Payments
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

/// A terminal whose purse cards pay from their own purse.
private struct PurseTill {
    let till: Till
    let presentation: CardPresentation

    init() async throws {
        till = try await Till()
        presentation = till.presentation(.purse)
    }

    func present(
        _ card: any VirtualCard, order: SaleOrder, awaiting: TransactionID? = nil, faults: [SimulatedReaderFault] = []
    ) async -> CardReading {
        let reader = SimulatedCardReader(name: "reader")
        reader.insert(card, faults: faults)
        let reading = await presentation.present(reader, for: order, lane: till.lane, awaiting: awaiting).reading
        #expect(!reader.isConnected, "the card is let go")
        return reading
    }

    func card(balance: UInt32, serial: String? = nil) throws -> KeptCard {
        KeptCard(try till.card(balance: balance, serial: serial))
    }

    func records() async throws -> [JournalRecord] {
        try await till.journal.records(after: 0, limit: 1000).map(\.record)
    }

    /// What the journal says the card has paid.
    func posted() async throws -> Int64 {
        try await records().compactMap(\.posting).flatMap(\.entries)
            .filter { $0.account == .purse(till.cardID) }.reduce(0) { $0 - $1.amount.fen }
    }
}

/// A card without the campus's keys that says all that a genuine one would say.
private struct CounterfeitCard: VirtualCard {
    private struct Memory {
        var original: SimulatedPurseCard
        var balance: UInt32
        var offered: [UInt8] = []
        var log: [UInt8] = []
    }

    private final class Chip: Sendable {
        let memory: Mutex<Memory>

        init(_ original: SimulatedPurseCard) {
            memory = Mutex(Memory(original: original, balance: original.memory.balance))
        }
    }

    private let chip: Chip

    init(of original: SimulatedPurseCard) { chip = Chip(original) }

    var answerToReset: [UInt8] { [0x3B, 0x80, 0x80, 0x01, 0x01] }

    mutating func powerOn() {}

    mutating func reset() {}

    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        chip.memory.withLock { memory in
            let done: [UInt8] = [0x90, 0x00]
            switch command[1] {
            case 0x5C: return memory.balance.bigEndianBytes(count: 4) + done
            case 0xB2: return memory.log.isEmpty ? [0x6A, 0x83] : memory.log + done
            case 0x5A: return [0x94, 0x06]
            case 0x50:
                memory.offered = Array(command[6..<16])
                return memory.balance.bigEndianBytes(count: 4) + [0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4] + done
            case 0x54:
                let amount = memory.offered[0..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                memory.balance -= amount
                if amount > 0 {
                    memory.log =
                        [0, 1, 0, 0, 0] + memory.offered[0..<4] + [0x06] + memory.offered[4..<10] + command[9..<16]
                }
                return [1, 2, 3, 4, 5, 6, 7, 8] + done
            default: return memory.original.transmit(command)
            }
        }
    }
}

@Suite("Purse tender") struct PurseTenderTests {
    private func decided(_ reading: CardReading) -> ConcludedTransaction? {
        if case .decided(let concluded) = reading { concluded } else { nil }
    }

    private func unknown(_ reading: CardReading) -> TransactionID? {
        if case .unknown(let transaction, _) = reading { transaction } else { nil }
    }

    @Test("a card pays from its own purse in five exchanges, with its intent on disk before DEBIT")
    func pays() async throws {
        let purse = try await PurseTill()
        let order = try purse.till.order(1250)
        let card = try purse.card(balance: 5000)
        let reading = await purse.present(card, order: order)
        let concluded = try #require(decided(reading))
        #expect(concluded.decision == .approved(.local))
        #expect(concluded.available == Amount(fen: 3750))
        #expect(card.balance == 3750)
        #expect(try await purse.posted() == 1250)
        #expect(try await purse.till.journal.openCardTransaction(of: purse.till.cardID) == nil)
        #expect(purse.till.hub.calls.holds == 0, "the card holds the money, so nobody is asked")
    }

    @Test("a purse that does not cover the amount is a recorded decline, and nothing is debited")
    func insufficient() async throws {
        let purse = try await PurseTill()
        let card = try purse.card(balance: 1249)
        let reading = await purse.present(card, order: try purse.till.order(1250))
        #expect(decided(reading)?.decision == .declined(.insufficientFunds, .local))
        #expect(card.balance == 1249)
        #expect(try await purse.records().map(\.outcome) == [.declined(.insufficientFunds)])
    }

    @Test("a hot-listed card is refused before it is asked for money")
    func hotListed() async throws {
        let purse = try await PurseTill()
        let card = purse.till.cardID
        purse.till.hub.changeBooks { $0.setHotListed(card, .cardReportedLost) }
        try await purse.till.journal.apply(
            try await purse.till.hub.changes(after: try await purse.till.journal.cursor(), limit: 100),
            after: try await purse.till.journal.cursor())
        let taken = try purse.card(balance: 5000)
        let reading = await purse.present(taken, order: try purse.till.order())
        #expect(decided(reading)?.decision == .declined(.cardReportedLost, .local))
        #expect(taken.balance == 5000)
        #expect(purse.till.secureModule.record.opened == 0)
    }

    /// Every exchange of a tap, torn in every way; the card comes again to the same order. The fen agree every time.
    @Test("a torn tap resumes the same order, and card and journal agree at every point")
    func tearMatrix() async throws {
        var table = "purse tender, torn taps: point, first reading, second reading, purse, journal\n"
        let effects: [(String, SimulatedReaderFault.Effect)] = [
            ("command lost", .leaveBeforeHandling), ("answer lost", .leaveAfterHandling),
            ("one byte", .answer([0x90])), ("half an answer", .answer([1, 2, 3, 4])),
            ("6581 instead", .answer([0x65, 0x81])),
        ]
        for exchange in 1...4 {
            for (name, effect) in effects {
                let purse = try await PurseTill()
                let order = try purse.till.order(1250)
                let torn = try purse.card(balance: 5000)
                let first = await purse.present(
                    torn, order: order,
                    faults: [SimulatedReaderFault(at: exchange, effect)])
                var last = first
                if decided(first) == nil {
                    last = await purse.present(torn, order: order, awaiting: unknown(first))
                }
                let concluded = try #require(decided(last), "exchange \(exchange), \(name): \(last)")
                #expect(concluded.decision == .approved(.local))
                let posted = try await purse.posted()
                #expect(torn.balance == 3750, "exchange \(exchange), \(name)")
                #expect(posted == 1250, "exchange \(exchange), \(name)")
                #expect(try await purse.till.journal.openCardTransaction(of: purse.till.cardID) == nil)
                let records = try await purse.records().map { "\($0.outcome.word)" }.joined(separator: " ")
                table += "exchange \(exchange), \(name): \(first.word) | \(last.word) | \(torn.balance) | \(records)\n"
            }
        }
        print(table)
    }

    @Test("another card does not disturb the torn one, and is not charged")
    func otherCard() async throws {
        let purse = try await PurseTill()
        let order = try purse.till.order(1250)
        let torn = try purse.card(balance: 5000)
        let first = await purse.present(torn, order: order, faults: [SimulatedReaderFault(at: 3, .leaveAfterHandling)])
        let awaited = try #require(unknown(first))
        let stranger = try purse.card(balance: 9000, serial: "00000000000000004711")
        let second = await purse.present(stranger, order: order, awaiting: awaited)
        guard case .problem(let problem) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(problem.number == CardRefusal.Code.sameCardNeeded.rawValue)
        #expect(stranger.balance == 9000)
        let third = await purse.present(torn, order: order, awaiting: awaited)
        #expect(decided(third)?.decision == .approved(.local))
        #expect(torn.balance == 3750)
    }

    @Test("a torn card that comes back for another amount is cleared first and then pays the new order")
    func comesBackLater() async throws {
        let purse = try await PurseTill()
        let torn = try purse.card(balance: 5000)
        let first = await purse.present(
            torn, order: try purse.till.order(1250),
            faults: [SimulatedReaderFault(at: 3, .leaveAfterHandling)])
        #expect(unknown(first) != nil)
        let second = await purse.present(torn, order: try purse.till.order(300, "sale-2"))
        #expect(decided(second)?.record.sale?.amount == Amount(fen: 300))
        #expect(torn.balance == 3450)
        #expect(try await purse.posted() == 1550)
    }

    @Test(
        "the same amount rung up again within minutes resumes the torn sale, later it is a new one", arguments: [9, 11])
    func rungUpAgain(minutes: Int64) async throws {
        let purse = try await PurseTill()
        let torn = try purse.card(balance: 5000)
        let first = await purse.present(
            torn, order: try purse.till.order(1250),
            faults: [SimulatedReaderFault(at: 3, .leaveAfterHandling)])
        #expect(unknown(first) != nil)
        purse.till.clock.advance(by: .seconds(60 * minutes))
        let second = await purse.present(torn, order: try purse.till.order(1250, "sale-2"))
        #expect(decided(second)?.decision.isApproved == true)
        #expect(torn.balance == (minutes < 10 ? 3750 : 2500))
        #expect(try await purse.posted() == Int64(minutes < 10 ? 1250 : 2500))
    }

    @Test("a card that was used elsewhere meanwhile shows in its log that it paid, and the order is not paid twice")
    func usedElsewhere() async throws {
        let purse = try await PurseTill()
        let order = try purse.till.order(1250)
        let torn = try purse.card(balance: 5000)
        let first = await purse.present(torn, order: order, faults: [SimulatedReaderFault(at: 3, .leaveAfterHandling)])
        let awaited = try #require(unknown(first))
        let elsewhere = try await PurseTill()
        _ = await elsewhere.present(torn, order: try purse.till.order(100))
        let second = await purse.present(torn, order: order, awaiting: awaited)
        #expect(decided(second)?.decision.isApproved == true, "\(second)")
        #expect(torn.balance == 3650)
        #expect(try await purse.posted() == 1250)
    }

    @Test("a counterfeit that tears the DEBIT and then claims to have paid is not believed")
    func counterfeit() async throws {
        let purse = try await PurseTill()
        let order = try purse.till.order(1250)
        // It has everything of the card but its keys; what it says of balance and log is what a paid card says.
        let counterfeit = CounterfeitCard(of: try purse.till.card(balance: 5000))
        let first = await purse.present(counterfeit, order: order)
        let awaited = try #require(unknown(first), "\(first)")
        for _ in 0..<3 {
            let again = await purse.present(counterfeit, order: order, awaiting: awaited)
            #expect(unknown(again) == awaited, "\(again)")
        }
        #expect(try await purse.posted() == 0)
        #expect(try await purse.records().map(\.outcome) == [.unknown])
    }

    @Test("a journal that cannot store the intent stops the sale before the card is asked for money")
    func intentNotStored() async throws {
        let purse = try await PurseTill()
        purse.till.journal.failCommits(1)
        let card = try purse.card(balance: 5000)
        let reading = await purse.present(card, order: try purse.till.order())
        guard case .fault(let error) = reading else {
            Issue.record("\(reading)")
            return
        }
        #expect(error.code == .diskFull)
        #expect(card.balance == 5000)
        #expect(purse.till.secureModule.record.checked == 0)
    }
}

extension Outcome {
    fileprivate var word: String {
        switch self {
        case .approved: "approved"
        case .declined(let reason): "declined(\(reason.name))"
        case .voided: "voided"
        case .unknown: "unknown"
        case .resolved(let resolution): "resolved(\(resolution.verdict))"
        }
    }
}

extension CardReading {
    fileprivate var word: String {
        switch self {
        case .identified: "identified"
        case .decided(let concluded): concluded.decision.isApproved ? "approved" : "declined"
        case .unknown: "unknown"
        case .undetermined: "undetermined"
        case .pinWanted: "PIN wanted"
        case .problem(let problem): "problem E\(problem.number)"
        case .fault: "fault"
        }
    }
}
