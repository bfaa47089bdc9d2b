import Payments
import Simulation
import SmartCards
import Testing

@Suite("Debits from a MIFARE Classic purse")
struct MIFAREClassicDebitTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    private func debit(
        _ card: SimulatedClassicCard, _ amount: UInt32 = 300, dialect: ValueDialect? = .acs,
        interferences: [Int: Interference] = [:]
    ) -> (MIFAREClassicResult?, ClassicTap) {
        var tap = ClassicTap(card, interferences)
        return (tap.run(campus.machine(amount, dialect: dialect)), tap)
    }

    @Test("reads all, admits, stores the intent, and only then writes: primary, then backup, each read back")
    func order() throws {
        let (result, tap) = debit(campus.card())
        let evidence = try #require(tap.intents.first)
        #expect(result == .purchased(evidence))
        #expect(
            tap.words == [
                "GET UID", "LOAD KEY", "AUTHENTICATE 4", "READ 4", "LOAD KEY", "AUTHENTICATE 12", "READ 12", "READ 13",
                "AUTHENTICATE 8", "READ 8", "READ 9", "UPDATE 8", "UPDATE 9", "READ 8", "READ 9", "AUTHENTICATE 12",
                "UPDATE 12", "UPDATE 13", "READ 12", "READ 13",
            ])
        #expect(tap.writesAtIntent == 0)
        #expect(tap.card.chip.writes == 4)
        #expect(campus.copy(.primary, of: tap.card) == evidence.stateAfter)
        #expect(campus.copy(.backup, of: tap.card) == evidence.stateAfter)
        #expect(evidence.stateAfter.balance == 9_700)
        #expect(evidence.stateAfter.sequence == 8)
        #expect(tap.admissions.map(\.proof) == [.unproven])
    }

    @Test("a whole purse can be spent to the last fen, and not one more")
    func balance() {
        #expect(campus.copy(.primary, of: debit(campus.card(), 10_000).1.card)?.balance == 0)
        for amount in [10_001, UInt32(Int32.max), .max] {
            let (result, tap) = debit(campus.card(), amount)
            #expect(result == .failed(.insufficientBalance))
            #expect(tap.card.chip.writes == 0)
            #expect(tap.admissions.isEmpty)
        }
    }

    @Test(
        "an unknown reader, and one not known in full, reads and writes nothing",
        arguments: [nil, .omnikey5023] as [ValueDialect?])
    func unknownReader(dialect: ValueDialect?) {
        let (result, tap) = debit(campus.card(dialect: dialect), dialect: dialect)
        #expect(result == .failed(.readerNotKnown))
        #expect(tap.card.chip.writes == 0)
        #expect(tap.intents.isEmpty && tap.admissions.isEmpty)
        #expect(tap.commands.allSatisfy { [0xCA, 0x82, 0x86, 0xB0].contains($0.instruction) })
    }

    @Test("every reader that is known pays alike", arguments: ValueDialect.allCases.filter(\.allowsPurse))
    func dialects(dialect: ValueDialect) {
        let (result, tap) = debit(campus.card(dialect: dialect), dialect: dialect)
        guard case .purchased = result else {
            Issue.record("\(String(describing: result))")
            return
        }
        #expect(campus.copy(.backup, of: tap.card)?.balance == 9_700)
    }

    @Test("a card that is not admitted, or whose intent is not stored, is not written to")
    func stopped() {
        var refused = ClassicTap(campus.card())
        refused.isAdmitted = false
        #expect(refused.run(campus.machine(300)) == .failed(.notAdmitted))
        #expect(refused.card.chip.writes == 0)
        var lost = ClassicTap(campus.card())
        lost.intentFails = true
        #expect(lost.run(campus.machine(300)) == .failed(.intentNotStored))
        #expect(lost.card.chip.writes == 0)
    }

    @Test("a purse without a valid copy, or with two that contradict each other, is refused and not written to")
    func damaged() {
        var broken = campus.card()
        for block in [8, 12] { broken.chip.personalise(block: block, [UInt8](repeating: 0, count: 16)) }
        var negative = campus.card()
        for block in [8, 12] {
            negative.chip.personalise(block: block, MIFAREClassicValueBlock(value: -5, address: 7).bytes)
        }
        var apart = campus.card()
        campus.put(campus.state(9_000, 9), .primary, &apart)
        var contradicting = campus.card()
        campus.put(campus.state(9_000, 7), .primary, &contradicting)
        var foreign = campus.card()
        for block in [8, 9, 12, 13] { foreign.chip.personalise(block: block, Array(1...16)) }
        for card in [broken, negative, apart, contradicting, foreign] {
            let (result, tap) = debit(card)
            #expect(result == .failed(.purseDamaged))
            #expect(tap.card.chip.writes == 0)
        }
    }

    @Test("a record copied from another card makes no purse")
    func transplanted() {
        let donor = campus.card(balance: 50_000, identifier: [9, 9, 9, 9])
        var card = campus.card()
        for block in [8, 9, 12, 13] { card.chip.personalise(block: block, donor.chip.blocks[block]) }
        #expect(debit(card).0 == .failed(.purseDamaged))
    }

    @Test("a purse sector with another key is refused before anything is written")
    func foreignSector() {
        var card = campus.card()
        card.chip.personalise(
            sector: 3, keyA: campus.identityKey, keyB: campus.identityKey, accessBytes: [0x78, 0x77, 0x88])
        let (result, tap) = debit(card)
        #expect(result == .failed(.purseKeyRefused(StatusWord(0x6300))))
        #expect(tap.card.chip.writes == 0)
    }

    @Test("a key that may only read costs no money")
    func readOnlyKey() throws {
        let key = try #require(MIFAREClassicKey(.a, fixed: campus.identityKey))
        let blocks = try ClassicCampus.blocks(key: key)
        let profile = MIFAREClassicProfile(name: "weak", identity: campus.identity, purse: blocks, tender: .purse)
        var tap = ClassicTap(campus.card())
        let machine = MIFAREClassicMachine(
            profile: profile, amount: 300, terminal: campus.terminal, time: campus.time, dialect: .acs)
        #expect(tap.run(machine) == .failed(.cardFault(StatusWord(0x6300), .write)))
        #expect(tap.card.chip.writes == 0)
    }

    @Test("the sequence wraps and the purse goes on")
    func wrap() {
        let (_, first) = debit(campus.card(sequence: .max))
        #expect(campus.copy(.primary, of: first.card)?.sequence == 0)
        let (_, second) = debit(first.card)
        #expect(campus.copy(.backup, of: second.card)?.sequence == 1)
        #expect(campus.copy(.backup, of: second.card)?.balance == 9_400)
    }

    @Test("a read-back that differs is unknown, never paid")
    func readBack() throws {
        for exchange in [14, 15] {
            let (result, tap) = debit(campus.card(), interferences: [exchange: .corrupted])
            let evidence = try #require(tap.intents.first)
            #expect(result == .unknown(evidence, .readBackDiffers))
        }
    }

    @Test("the deciding write is refused only by a reader that did not ask the card; else it is unknown")
    func decidingWrite() throws {
        for word in [0x6A81, 0x6D00, 0x6700] as [UInt16] {
            let (result, tap) = debit(campus.card(), interferences: [13: .refused(word.bigEndianBytes(count: 2))])
            #expect(result == .failed(.cardFault(StatusWord(word), .write)))
            #expect(campus.copy(.backup, of: tap.card)?.balance == 10_000)
        }
        for word in [0x6300, 0x6982, 0x6983, 0x6986, 0x6581, 0x6F00, 0x0000] as [UInt16] {
            for interference in [
                Interference.refused(word.bigEndianBytes(count: 2)), .replaced(word.bigEndianBytes(count: 2)),
            ] {
                let (result, tap) = debit(campus.card(), interferences: [13: interference])
                #expect(result == .unknown(try #require(tap.intents.first), .status(StatusWord(word))))
            }
        }
    }

    @Test("a second machine that read the card before the first one wrote writes nothing: its sector is closed")
    func staleReader() throws {
        var slow = campus.machine(300)
        var card = campus.card()
        card.powerOn()
        var action = slow.receive(.started)
        while case .transmit(let command) = action {
            action = slow.receive(.cardAnswered(card.transmit(command.bytes)))
        }
        guard case .admit = action else {
            Issue.record("\(action)")
            return
        }
        let (_, fast) = debit(card)
        var later = fast.card
        later.powerOn()
        _ = slow.receive(.admitted)
        action = slow.receive(.random([1, 2, 3, 4]))
        action = slow.receive(.intentPersisted)
        while case .transmit(let command) = action {
            action = slow.receive(.cardAnswered(later.transmit(command.bytes)))
        }
        guard case .finish(.failed) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(campus.copy(.primary, of: later)?.balance == 9_700)
        #expect(campus.copy(.backup, of: later)?.balance == 9_700)
    }

    @Test("random answers end the machine, and never in a payment", arguments: 1...60 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let cleanExchanges = Int.random(in: 0...18, using: &generator)
        var tap = ClassicTap(campus.card())
        for exchange in (cleanExchanges + 1)...60 {
            let count = [0, 1, 2, 15, 16, 17, 256].randomElement(using: &generator) ?? 0
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let status: [[UInt8]] = [[0x90, 0x00], [0x63, 0x00], [0x6C, 0x10], [0x61, 0x02], []]
            tap.interferences[exchange] = .refused(bytes + (status.randomElement(using: &generator) ?? []))
        }
        let outcome = tap.run(campus.machine(300))
        let result = try #require(outcome)
        if case .purchased = result {
            // Then the first copy was read back before the noise began.
            #expect(cleanExchanges >= 15)
        }
    }
}
