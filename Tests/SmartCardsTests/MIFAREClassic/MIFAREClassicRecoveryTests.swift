import Payments
import Simulation
import SmartCards
import Testing

@Suite("Asking a MIFARE Classic card about a torn debit")
struct MIFAREClassicRecoveryTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    /// A debit whose deciding write was carried out, or not, and its answer lost.
    private func torn(_ interference: Interference) throws -> (ClassicTap, MIFAREClassicEvidence) {
        var tap = ClassicTap(campus.card(), [13: interference])
        let result = tap.run(campus.machine(300))
        let evidence = try #require(tap.intents.first)
        #expect(result == .unknown(evidence, .answerLost))
        return (tap.again(), evidence)
    }

    private func ask(
        _ tap: ClassicTap, _ evidence: MIFAREClassicEvidence, dialect: ValueDialect? = .acs
    ) throws -> (MIFAREClassicRecoveryResult?, ClassicTap) {
        var tap = tap
        return (tap.run(try campus.recovery(evidence, dialect: dialect)), tap)
    }

    @Test("another card, by its identifier or by its number, does not disturb the debit")
    func otherCard() throws {
        let (_, evidence) = try torn(.lostAfter)
        let (byIdentifier, tap) = try ask(ClassicTap(campus.card(identifier: [4, 5, 6, 7])), evidence)
        #expect(byIdentifier == .otherCard)
        #expect(tap.words == ["GET UID"])
        var card = campus.card()
        card.chip.personalise(block: 4, [UInt8](repeating: 0x12, count: 16))
        #expect(try ask(ClassicTap(card), evidence).0 == .otherCard)
    }

    @Test("an unknown reader answers from what it reads, and leaves the torn copy as it is")
    func readOnly() throws {
        for (interference, expected) in [
            (Interference.lostAfter, MIFAREClassicRecoveryResult.happened), (.lostBefore, .didNotHappen),
        ] {
            let (tap, evidence) = try torn(interference)
            let writes = tap.card.chip.writes
            let (result, asked) = try ask(tap, evidence, dialect: nil)
            #expect(result == expected)
            #expect(asked.card.chip.writes == writes)
        }
    }

    @Test("paying the same amount elsewhere in the meantime is not taken for ours")
    func sameAmountElsewhere() throws {
        let (tap, evidence) = try torn(.lostBefore)
        for terminal in [campus.terminal, campus.otherTerminal] {
            var elsewhere = tap.again(seed: 99)
            guard case .purchased = elsewhere.run(campus.machine(300, terminal: terminal)) else {
                Issue.record("not paid")
                return
            }
            #expect(try ask(elsewhere.again(), evidence).0 == .didNotHappen)
        }
    }

    @Test("a card that paid elsewhere since leaves it open unless one copy still knows")
    func usedElsewhere() throws {
        let (tap, evidence) = try torn(.lostAfter)
        var elsewhere = tap.again(seed: 99)
        _ = elsewhere.run(campus.machine(100, terminal: campus.otherTerminal))
        #expect(try ask(elsewhere.again(), evidence).0 == .undetermined)
        var half = tap.again([16: .lostBefore], seed: 99)
        half.card.chip.tear = nil
        _ = half.run(campus.machine(100, terminal: campus.otherTerminal))
        // The other terminal left the primary copy with our debit in it.
        #expect(campus.copy(.primary, of: half.card) == evidence.stateAfter)
        #expect(try ask(half.again(), evidence).0 == .happened)
    }

    @Test("a card whose balance fits no history leaves it open and is not written to")
    func impossible() throws {
        let (_, evidence) = try torn(.lostBefore)
        for card in [campus.card(balance: 9_999), campus.card(sequence: 3), campus.card(sequence: 70)] {
            let (result, tap) = try ask(ClassicTap(card), evidence)
            #expect(result == .undetermined)
            #expect(tap.card.chip.writes == 0)
        }
        var broken = campus.card()
        for block in [9, 13] { broken.chip.personalise(block: block, [UInt8](repeating: 0, count: 16)) }
        #expect(try ask(ClassicTap(broken), evidence).0 == .undetermined)
    }

    @Test("a copy that was torn is made good before the answer")
    func settles() throws {
        let (tap, evidence) = try torn(.lostAfter)
        #expect(campus.copy(.backup, of: tap.card) != evidence.stateAfter)
        let (result, asked) = try ask(tap, evidence)
        #expect(result == .happened)
        #expect(campus.copy(.backup, of: asked.card) == evidence.stateAfter)
        let (again, untouched) = try ask(asked.again(), evidence)
        #expect(again == .happened)
        #expect(untouched.card.chip.writes == asked.card.chip.writes)
    }

    @Test("a profile without a purse cannot be asked")
    func noPurse() throws {
        let (_, evidence) = try torn(.lostAfter)
        let profile = MIFAREClassicProfile(name: "identity", identity: campus.identity)
        #expect(MIFAREClassicRecoveryMachine(profile: profile, evidence: evidence, dialect: .acs) == nil)
    }

    @Test("evidence comes back from its canonical bytes, and from nothing else")
    func canonicalBytes() throws {
        let (_, evidence) = try torn(.lostAfter)
        let bytes = evidence.canonicalBytes
        #expect(
            Hex.encode(bytes.prefix(41))
                == "0401" + "00002026012345678901" + "04" + "04A1B2C3000000000000" + "00002710" + "00000007"
                + "0000012C"
                + "001122334455")
        #expect(Hex.encode(bytes.suffix(7)) == "20260901113005")
        #expect(bytes.count == MIFAREClassicEvidence.length)
        #expect(CardTransactionEvidence(canonicalBytes: bytes) == .mifareClassic(evidence))
        let whole = CardTransactionEvidence.mifareClassic(evidence)
        #expect(whole.canonicalBytes == bytes)
        #expect(whole.amount == 300)
        #expect(whole.card == evidence.identity.card)
        #expect(!"\(evidence)".contains("20260123"))
        var wrong: [[UInt8]] = [[], [0x04], Array(bytes.dropLast()), bytes + [0]]
        for (index, value) in [
            (0, 0x01), (0, 0x03), (1, 0x02), (12, 5), (20, 1), (34, 0), (31, 0xFF), (23, 0xFF), (47, 0x13),
        ] as [(Int, UInt8)] {
            var changed = bytes
            changed[index] = value
            if index == 34 { changed[33] = 0 }
            wrong.append(changed)
        }
        for bytes in wrong { #expect(MIFAREClassicEvidence(canonicalBytes: bytes) == nil) }
    }
}
