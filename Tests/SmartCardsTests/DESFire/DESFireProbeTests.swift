import Payments
import Simulation
import SmartCards
import Testing

@Suite("DESFire among the profiles of a terminal")
struct DESFireProbeTests {
    let campus: DESFireCampus
    let lab: LabCampus

    init() throws {
        campus = try DESFireCampus(.ev2, .ev2, communication: 0x03, provesTransactions: true)
        lab = try LabCampus()
    }

    private func probe(_ profiles: [CardProfile]) -> CardProbe {
        CardProbe(profiles: profiles, amount: 250, terminal: campus.terminal, time: lab.time)
    }

    @Test("account tender identifies the card with its limits and moves no money")
    func account() throws {
        var tap = DESFireTap(campus.card())
        let limits = CardLimits(amountMaximum: Amount(fen: 5_000), isHubRequired: true)
        let outcome = try tap.run(
            probe([.purse(lab.profile), .desfire(campus.profile(tender: .account, limits: limits))]))
        #expect(
            outcome
                == .identified(
                    IdentifiedCard(
                        evidence: CardEvidence(
                            card: .purse(applicationSerial: campus.identity), proof: .proven, limits: limits))))
        #expect(campus.value(of: tap.card) == 1_000)
    }

    @Test("purse tender pays, after the card was admitted")
    func purse() throws {
        var tap = DESFireTap(campus.card())
        guard case .paid(let payment) = try tap.run(probe([.desfire(campus.profile())])) else {
            Issue.record("not paid")
            return
        }
        #expect(payment.evidence.amount == 250)
        #expect(payment.evidence.card == payment.card.card)
        #expect(payment.card.proof == .proven)
        #expect(tap.admissions.count == 1)
        #expect(campus.value(of: tap.card) == 750)
    }

    @Test("a lost commit is uncertain, a driver's no stops")
    func uncertain() throws {
        var lost = DESFireTap(campus.card(), [11: .lostAfter])
        guard case .uncertain(let payment, .answerLost) = try lost.run(probe([.desfire(campus.profile())])) else {
            Issue.record("not uncertain")
            return
        }
        #expect(payment.evidence == lost.intents.first)
        var forged = DESFireTap(campus.card(), [11: .corrupted])
        guard case .uncertain(_, .notGenuine) = try forged.run(probe([.desfire(campus.profile())])) else {
            Issue.record("not uncertain")
            return
        }
        var stopped = DESFireTap(campus.card())
        stopped.isAdmitted = false
        #expect(try stopped.run(probe([.desfire(campus.profile())])) == .stopped)
    }

    @Test("a card without the application goes on to the next profile, one that cannot prove itself does not")
    func fallback() throws {
        let identity = CardProfile.identityOnly(IdentityProfile(name: "identity"))
        var foreign = campus.memory()
        foreign.application = [1, 2, 3]
        var tap = DESFireTap(campus.card(foreign))
        #expect(
            try tap.run(probe([.desfire(campus.profile()), identity]))
                == .identified(IdentifiedCard(evidence: CardEvidence(card: .uid(campus.uid), proof: .unproven))))
        #expect(
            try tap.run(probe([.desfire(campus.profile())])) == .refused(CardRefusal(.cardNotSupported)))
        var counterfeit = campus.memory()
        counterfeit.keys[1] = campus.uidKey
        var fake = DESFireTap(campus.card(counterfeit))
        #expect(
            try fake.run(probe([.desfire(campus.profile()), identity])) == .refused(CardRefusal(.cardNotGenuine)))
        var hidden = campus.memory()
        hidden.hidesUID = true
        var shy = DESFireTap(campus.card(hidden))
        #expect(
            try shy.run(probe([.desfire(campus.profile()), identity])) == .refused(CardRefusal(.randomIdentifier)))
    }

    @Test("refusals name step and status, and nothing of the card")
    func details() throws {
        var poor = DESFireTap(campus.card(campus.memory(value: 1)))
        #expect(try poor.run(probe([.desfire(campus.profile())])) == .refused(CardRefusal(.insufficientBalance)))
        var denied = campus.memory()
        denied.files[2]?.readKey = 5
        denied.files[2]?.writeKey = 5
        denied.files[2]?.readWriteKey = 5
        var tap = DESFireTap(campus.card(denied))
        guard case .refused(let refusal) = try tap.run(probe([.desfire(campus.profile())])) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .cardFault)
        #expect(refusal.detail == "getValue: 919D, the key gives no right to this")
    }
}
