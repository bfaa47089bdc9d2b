import Payments
import Simulation
import SmartCards
import Testing

@Suite("A MIFARE Classic card among other cards")
struct MIFAREClassicProbeTests {
    let campus: ClassicCampus
    let lab: LabCampus

    init() throws {
        campus = try ClassicCampus()
        lab = try LabCampus()
    }

    private var identityOnly: CardProfile { .identityOnly(IdentityProfile(name: "identity")) }

    private func probe(_ profiles: [CardProfile], amount: UInt32 = 300, dialect: ValueDialect? = nil) -> CardProbe {
        CardProbe(
            profiles: profiles, amount: amount, terminal: campus.terminal, time: campus.time, dialect: dialect)
    }

    private func profile(_ tender: Tender, limits: CardLimits = CardLimits()) -> CardProfile {
        .mifareClassic(
            MIFAREClassicProfile(
                name: "classic", identity: campus.identity, purse: campus.blocks, tender: tender, limits: limits))
    }

    @Test("after the purse cards' SELECT, its number is read from the sector")
    func identified() {
        var tap = ClassicTap(campus.card())
        let limits = CardLimits(amountMaximum: nil, isHubRequired: true)
        let outcome = tap.run(probe([.purse(lab.profile), profile(.account, limits: limits), identityOnly]))
        let card = CardEvidence(card: .purse(applicationSerial: ClassicCampus.serial), proof: .unproven, limits: limits)
        #expect(outcome == .identified(IdentifiedCard(evidence: card)))
        #expect(tap.card.chip.writes == 0)
    }

    @Test("its purse pays where the tender says so and the reader is known")
    func paid() throws {
        var tap = ClassicTap(campus.card())
        let outcome = tap.run(probe([profile(.purse)], dialect: .omnikey5022))
        let evidence = try #require(tap.intents.first)
        guard case .paid(let payment) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(payment.evidence == .mifareClassic(evidence))
        #expect(payment.card.proof == .unproven)
    }

    @Test("an unknown reader's refusal says that it is the reader")
    func unknownReader() {
        var tap = ClassicTap(campus.card())
        guard case .refused(let refusal) = tap.run(probe([profile(.purse), identityOnly])) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .cardNotSupported)
        #expect(refusal.message.contains("reader"))
        #expect(tap.card.chip.writes == 0)
    }

    private func recovery(of evidence: CardTransactionEvidence, _ profile: CardProfile) -> CardRecovery? {
        CardRecovery(of: evidence, profile: profile, terminal: lab.terminal, time: lab.time, dialect: .acs)
    }

    @Test("a lost answer to the deciding write is uncertain, and recovery finds out")
    func uncertain() throws {
        var tap = ClassicTap(campus.card(), [13: .lostAfter])
        guard case .uncertain(let payment, .answerLost) = tap.run(probe([profile(.purse)], dialect: .acs)) else {
            Issue.record("not uncertain")
            return
        }
        let machine = try #require(recovery(of: payment.evidence, profile(.purse)))
        var again = tap.again()
        #expect(again.run(machine) == .happened(payment.evidence))
        #expect(recovery(of: payment.evidence, .purse(lab.profile)) == nil)
        #expect(recovery(of: payment.evidence, identityOnly) == nil)
    }

    @Test("a wrong key has a refusal of its own, and no other sector key is tried")
    func wrongKey() throws {
        var card = campus.card()
        card.chip.personalise(sector: 1, keyA: campus.purseKey, keyB: campus.purseKey, accessBytes: [0x78, 0x77, 0x88])
        var tap = ClassicTap(card)
        let outcome = tap.run(probe([profile(.account), profile(.account)]))
        guard case .refused(let refusal) = outcome else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .keyIndexNotSupported)
        #expect(refusal.message.contains("sector key"))
        #expect(tap.words.filter { $0.hasPrefix("AUTHENTICATE") }.count == 1)
        var last = ClassicTap(card)
        guard case .identified(let known) = last.run(probe([profile(.account), profile(.account), identityOnly])) else {
            Issue.record("not identified")
            return
        }
        #expect(known.evidence.card == .uid(campus.identifier))
        #expect(last.words.filter { $0.hasPrefix("AUTHENTICATE") }.count == 1)
    }

    @Test("a card that is known by its number never becomes another profile's, whatever its purse does")
    func noDowngrade() throws {
        var card = campus.card()
        card.chip.personalise(
            sector: 3, keyA: campus.identityKey, keyB: campus.identityKey, accessBytes: [0x78, 0x77, 0x88])
        var foreign = ClassicTap(card)
        guard case .refused(let refusal) = foreign.run(probe([profile(.purse), identityOnly], dialect: .acs)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .keyIndexNotSupported)
        // After the intent the sector of the copy to be written does not open again.
        var late = ClassicTap(PurseLeftover.primaryAhead.card(campus), [12: .refused([0x63, 0x00])])
        guard case .refused(let lost) = late.run(probe([profile(.purse), identityOnly], dialect: .acs)) else {
            Issue.record("not refused")
            return
        }
        #expect(late.intents.count == 1)
        #expect(late.words.last == "AUTHENTICATE 12")
        #expect(lost.code == .communicationFailed)
    }

    @Test("a card that cannot do what a memory card can is left to the next profile")
    func capability() {
        var tap = Tap(SimulatedIdentityCard(identifier: [1, 2, 3, 4]), lab)
        #expect(
            (try? tap.run(probe([profile(.account), identityOnly])))
                == .identified(IdentifiedCard(evidence: CardEvidence(card: .uid([1, 2, 3, 4]), proof: .unproven))))
    }

    @Test("a card that is not admitted stops the tap")
    func stopped() {
        var tap = ClassicTap(campus.card())
        tap.isAdmitted = false
        #expect(tap.run(probe([profile(.purse)], dialect: .acs)) == .stopped)
    }

    @Test(
        "each failure has a refusal",
        arguments: [
            (.purseDamaged, .malformedAnswer), (.identityNotReadable, .malformedAnswer),
            (.insufficientBalance, .insufficientBalance),
        ] as [(MIFAREClassicFailure, CardRefusal.Code)])
    func refusals(failure: MIFAREClassicFailure, code: CardRefusal.Code) {
        var card = campus.card()
        switch failure {
        case .purseDamaged: for block in [8, 12] { card.chip.personalise(block: block, Array(0..<16)) }
        case .identityNotReadable: card.chip.personalise(block: 4, [UInt8](repeating: 0, count: 16))
        default: break
        }
        var tap = ClassicTap(card)
        guard case .refused(let refusal) = tap.run(probe([profile(.purse)], amount: 20_000, dialect: .acs)) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == code)
    }
}
