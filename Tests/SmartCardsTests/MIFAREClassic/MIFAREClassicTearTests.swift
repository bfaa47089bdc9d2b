import Payments
import Simulation
import SmartCards
import Testing

/// What an earlier tap left on the card.
enum PurseLeftover: String, Sendable, CaseIterable {
    case settled
    case primaryAhead = "primary ahead"
    case backupAhead = "backup ahead"
    case primaryValueTorn = "primary value torn"
    case primaryHalfWritten = "primary half written"
    case primaryRecordTorn = "primary record torn"
    case backupValueTorn = "backup value torn"
    case backupHalfWritten = "backup half written"
    case backupRecordTorn = "backup record torn"

    /// A card that holds 10,000 fen at sequence 7 whatever happened to it.
    func card(_ campus: ClassicCampus, dialect: ValueDialect = .acs) -> SimulatedClassicCard {
        var card = campus.card(dialect: dialect)
        let newer = campus.state(9_900, 8)
        let torn = [UInt8](repeating: 0xA5, count: 16)
        switch self {
        case .settled: break
        case .primaryAhead: campus.put(campus.state(10_500, 6), .backup, &card)
        case .backupAhead: campus.put(campus.state(10_500, 6), .primary, &card)
        case .primaryValueTorn: card.chip.personalise(block: 8, torn)
        case .primaryHalfWritten: card.chip.personalise(block: 8, newer.valueBlock.bytes)
        case .primaryRecordTorn:
            card.chip.personalise(block: 8, newer.valueBlock.bytes)
            card.chip.personalise(block: 9, torn)
        case .backupValueTorn: card.chip.personalise(block: 12, torn)
        case .backupHalfWritten:
            campus.put(campus.state(10_500, 6), .backup, &card)
            card.chip.personalise(block: 12, campus.state(10_000, 7).valueBlock.bytes)
        case .backupRecordTorn: card.chip.personalise(block: 13, torn)
        }
        return card
    }
}

/// Where a tap is torn, by the command's place among those of its kind.
struct ClassicTear: Sendable {
    let name: String
    let interferences: [Int: Interference]
    let tear: ClassicChipTear?

    /// Every tear of a tap that sends `words`.
    static func all(of words: [String]) -> [ClassicTear] {
        var counts: [Substring: Int] = [:]
        return words.enumerated().flatMap { index, word in
            let kind = word.prefix { $0 != " " }
            counts[kind, default: 0] += 1
            let (exchange, number) = (index + 1, counts[kind, default: 0])
            let name = "\(kind) \(number)"
            var tears = [
                ClassicTear(name: "\(name), before", interferences: [exchange: .lostBefore], tear: nil),
                ClassicTear(name: "\(name), answer lost", interferences: [exchange: .lostAfter], tear: nil),
                ClassicTear(name: "\(name), one byte", interferences: [exchange: .replaced([0x90])], tear: nil),
                ClassicTear(name: "\(name), 6300", interferences: [exchange: .refused([0x63, 0x00])], tear: nil),
            ]
            if kind == "UPDATE" {
                tears += ClassicChipTear.Content.allCases.map { content in
                    ClassicTear(
                        name: "\(name), \(content.rawValue)", interferences: [:],
                        tear: ClassicChipTear(atWrite: number, leaving: content))
                }
            }
            return tears
        }
    }
}

@Suite("Torn debits from a MIFARE Classic purse")
struct MIFAREClassicTearTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    /// What the test itself reads off the chip: the debit is made when one copy holds it whole.
    private func isDebited(_ card: SimulatedClassicCard, _ evidence: MIFAREClassicEvidence) -> Bool {
        MIFAREClassicPurseBlocks.Side.allCases.contains { campus.copy($0, of: card) == evidence.stateAfter }
    }

    private func words(_ leftover: PurseLeftover) -> [String] {
        var tap = ClassicTap(leftover.card(campus))
        _ = tap.run(campus.machine(300))
        return tap.words
    }

    @Test("no tear at any point loses a fen or takes one twice")
    func matrix() throws {
        var rows: [String] = []
        var cells: [String: [String: String]] = [:]
        var outcomes: [String: Int] = [:]
        for leftover in PurseLeftover.allCases {
            for tear in ClassicTear.all(of: words(leftover)) {
                let outcome = try run(leftover, tear, dialect: .acs).outcome
                if cells[tear.name] == nil { rows.append(tear.name) }
                cells[tear.name, default: [:]][leftover.rawValue] = outcome
                outcomes[outcome, default: 0] += 1
            }
        }
        var table =
            "torn MIFARE Classic debits\npoint: " + PurseLeftover.allCases.map(\.rawValue).joined(separator: " | ")
        for row in rows.sorted(by: Self.inOrder) {
            let line = PurseLeftover.allCases.map { cells[row]?[$0.rawValue] ?? "-" }
            table += "\n\(row): " + line.joined(separator: " | ")
        }
        print(table)
        print(outcomes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
        let expected: Set = ["no intent", "refused, not taken", "unknown, not taken", "unknown, taken", "paid"]
        #expect(Set(outcomes.keys) == expected)
    }

    private static func inOrder(_ left: String, _ right: String) -> Bool {
        func place(_ row: String) -> (Int, String) {
            let kinds = ["GET", "LOAD", "AUTHENTICATE", "READ", "UPDATE"]
            return (kinds.firstIndex { row.hasPrefix($0) } ?? kinds.count, row)
        }
        return place(left) < place(right)
    }

    /// One torn debit, its recovery, and the tap after it.
    private func run(
        _ leftover: PurseLeftover, _ tear: ClassicTear, dialect: ValueDialect
    ) throws -> (outcome: String, commands: [CommandAPDU]) {
        let name: Comment = "\(leftover.rawValue): \(tear.name)"
        var tap = ClassicTap(leftover.card(campus, dialect: dialect), tear.interferences)
        tap.card.chip.tear = tear.tear
        let ended = tap.run(campus.machine(300, dialect: dialect))
        let result = try #require(ended)
        var commands = tap.commands
        var next = tap.again()
        var outcome = "no intent"
        var taken: UInt32 = 0
        if let evidence = tap.intents.first {
            if isDebited(tap.card, evidence) { taken = 300 }
            switch result {
            case .purchased:
                #expect(taken == 300, name)
                outcome = "paid"
            case .failed:
                #expect(taken == 0, name)
                outcome = "refused, not taken"
            case .unknown: outcome = taken == 0 ? "unknown, not taken" : "unknown, taken"
            case .identified: Issue.record("\(name): no purchase")
            }
            // Whatever was reported: the card must say the same when it is asked.
            let answer = next.run(try campus.recovery(evidence, dialect: dialect))
            #expect(answer == (taken == 0 ? .didNotHappen : .happened), name)
            #expect(campus.copy(.primary, of: next.card) == campus.copy(.backup, of: next.card), name)
            #expect(isDebited(next.card, evidence) == (taken == 300), name)
            commands += next.commands
            next = next.again()
        } else {
            #expect(tap.card.chip.writes == 0, name)
            guard case .failed = result else {
                Issue.record("\(name): \(result)")
                return ("wrong", commands)
            }
        }
        guard case .purchased(let last) = next.run(campus.machine(100, dialect: dialect)) else {
            Issue.record("\(name): the next tap does not pay")
            return ("wrong", commands)
        }
        #expect(campus.copy(.primary, of: next.card) == last.stateAfter, name)
        #expect(campus.copy(.backup, of: next.card) == last.stateAfter, name)
        #expect(last.stateAfter.balance == 10_000 - taken - 100, name)
        return (outcome, commands + next.commands)
    }

    @Test(
        "over every path of every machine an Identiv reader never gets D7",
        arguments: [.identiv3720, .identiv4701] as [ValueDialect])
    func neverWriteSector(dialect: ValueDialect) throws {
        var seen: Set<UInt8> = []
        for leftover in PurseLeftover.allCases {
            for tear in ClassicTear.all(of: words(leftover)) {
                for command in try run(leftover, tear, dialect: dialect).commands {
                    #expect(command.classByte == 0xFF)
                    seen.insert(command.instruction)
                }
            }
        }
        #expect(seen == [0xCA, 0x82, 0x86, 0xB0, 0xD6])
        #expect(!seen.contains(0xD7))
    }

    @Test("the recovery itself may be torn at any point and be asked again", arguments: PurseLeftover.allCases)
    func tornRecovery(leftover: PurseLeftover) throws {
        var count = 0
        for tear in ClassicTear.all(of: words(leftover)) where tear.name.hasPrefix("UPDATE") {
            var tap = ClassicTap(leftover.card(campus), tear.interferences)
            tap.card.chip.tear = tear.tear
            _ = tap.run(campus.machine(300))
            let evidence = try #require(tap.intents.first)
            let expected: MIFAREClassicRecoveryResult = isDebited(tap.card, evidence) ? .happened : .didNotHappen
            var clean = tap.again()
            _ = clean.run(try campus.recovery(evidence))
            for second in ClassicTear.all(of: clean.words) {
                var torn = tap.again(second.interferences)
                torn.card.chip.tear = second.tear
                let first = torn.run(try campus.recovery(evidence))
                if case .unresolved = first {} else { #expect(first == expected) }
                var asked = torn.again()
                #expect(asked.run(try campus.recovery(evidence)) == expected, "\(tear.name), \(second.name)")
                var twice = asked.again()
                #expect(twice.run(try campus.recovery(evidence)) == expected, "two machines from one evidence")
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test("a long life of torn taps conserves every fen", arguments: 1...12 as ClosedRange<UInt64>)
    func life(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var card = campus.card(balance: 1_000_000, sequence: .max - 60)
        var paid: UInt32 = 0
        var tears = 0
        for tap in 0..<150 {
            let amount = UInt32.random(in: 1...500, using: &generator)
            let (taken, after, isTorn) = try tornTap(card, amount, seed: seed &* 1_000 &+ UInt64(tap), &generator)
            paid += taken
            card = after
            if isTorn { tears += 1 }
        }
        card.powerOn()
        card.chip.tear = nil
        var last = ClassicTap(card)
        guard case .purchased(let evidence) = last.run(campus.machine(1)) else {
            Issue.record("the card does not pay any more")
            return
        }
        #expect(evidence.balanceBefore == 1_000_000 - paid)
        #expect(tears > 50)
    }

    private func tornTap(
        _ card: SimulatedClassicCard, _ amount: UInt32, seed: UInt64, _ generator: inout SeededGenerator
    ) throws -> (UInt32, SimulatedClassicCard, isTorn: Bool) {
        var tap = ClassicTap(card, seed: seed)
        tap.lossAnswer = Bool.random(using: &generator) ? nil : [0x63, 0x00]
        if Bool.random(using: &generator) {
            let content = ClassicChipTear.Content.allCases.randomElement(using: &generator) ?? .erased
            tap.card.chip.tear = ClassicChipTear(atWrite: Int.random(in: 1...4, using: &generator), leaving: content)
        } else {
            let exchange = Int.random(in: 1...25, using: &generator)
            tap.interferences = [exchange: Bool.random(using: &generator) ? .lostBefore : .lostAfter]
        }
        let ended = tap.run(campus.machine(amount))
        switch try #require(ended) {
        case .purchased: return (amount, tap.again().card, false)
        case .failed: return (0, tap.again().card, true)
        case .identified:
            Issue.record("no purchase")
            return (0, tap.card, true)
        case .unknown(let evidence, _):
            var asked = tap.again()
            // The card may be torn again while it is asked.
            asked.card.chip.tear = ClassicChipTear(
                atWrite: Int.random(in: 1...4, using: &generator), leaving: .weak)
            var answer = asked.run(try campus.recovery(evidence))
            while case .unresolved = answer {
                asked = asked.again()
                answer = asked.run(try campus.recovery(evidence))
            }
            #expect(answer == .happened || answer == .didNotHappen)
            return (answer == .happened ? amount : 0, asked.again().card, true)
        }
    }
}
