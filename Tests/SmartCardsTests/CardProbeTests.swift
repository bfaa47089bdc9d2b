import Payments
import Simulation
import SmartCards
import Testing

@Suite("Which card is it")
struct CardProbeTests {
    let campus: LabCampus
    let oldProfile: CardProfile

    init() throws {
        campus = try LabCampus()
        oldProfile = .purse(
            PurseProfile(name: "old", application: .file(0xDF03), purchaseKeyIndex: 0, proof: campus.profile.proof))
    }

    private func probe(_ profiles: [CardProfile]) -> CardProbe {
        CardProbe(profiles: profiles, amount: 1, terminal: campus.terminal, time: campus.time)
    }

    @Test("a purse card is identified with proof, number and days of validity")
    func purse() throws {
        var tap = Tap(campus.card(), campus)
        guard
            case .identified(let card) = try tap.run(
                probe([.purse(campus.profile), .identityOnly(IdentityProfile(name: "identity"))]))
        else {
            Issue.record("refused")
            return
        }
        #expect(
            card.evidence
                == CardEvidence(
                    card: .purse(applicationSerial: campus.information.applicationSerial), proof: .proven,
                    validFrom: 19_980_815, validThrough: 19_981_215))
        #expect(card.purchase?.cryptograms != nil)
        #expect(!"\(card)".contains("0006199808"))
    }

    @Test("profiles are tried in their order until one fits")
    func order() throws {
        var tap = Tap(campus.card(), campus)
        guard case .identified(let card) = try tap.run(probe([oldProfile, .purse(campus.profile)])) else {
            Issue.record("refused")
            return
        }
        #expect(card.evidence.proof == .proven)
        #expect(tap.exchanges == [0xA4, 0xA4, 0x50, 0x70, 0x54, 0x72])
    }

    @Test(
        "a card without an application is identified by its identifier, unproven",
        arguments: ["01020304", "04112233445566", "04112233445566778899"])
    func identity(text: String) throws {
        let identifier = try hex(text)
        var tap = Tap(SimulatedIdentityCard(identifier: identifier), campus)
        #expect(
            try tap.run(probe([.purse(campus.profile), .identityOnly(IdentityProfile(name: "identity"))]))
                == .identified(IdentifiedCard(evidence: CardEvidence(card: .uid(identifier), proof: .unproven))))
    }

    @Test("a card that no profile fits is not supported")
    func unsupported() throws {
        var tap = Tap(SimulatedIdentityCard(identifier: [1, 2, 3, 4]), campus)
        #expect(try tap.run(probe([.purse(campus.profile)])) == .refused(CardRefusal(.cardNotSupported)))
        #expect(try tap.run(probe([])) == .refused(CardRefusal(.cardNotSupported)))
    }

    @Test("an identifier that several cards may have is refused, at its single size only")
    func notUnique() throws {
        func outcome(_ text: String) throws -> CardProbe.Outcome {
            var tap = Tap(SimulatedIdentityCard(identifier: try #require(Hex.decode(text))), campus)
            return try tap.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
        }
        #expect(try outcome("1F112233") == .refused(CardRefusal(.identifierNotUnique)))
        #expect(try outcome("FF112233") == .refused(CardRefusal(.identifierNotUnique)))
        for text in ["1E112233", "0F112233445566"] {
            guard case .identified = try outcome(text) else {
                Issue.record("\(text) was refused")
                continue
            }
        }
    }

    @Test("a campus's byte order is applied to the identifier")
    func byteOrder() throws {
        var tap = Tap(SimulatedIdentityCard(identifier: [0x01, 0x02, 0x03, 0x04]), campus)
        let profile = IdentityProfile(name: "identity", transform: .reversed, limits: CardLimits(isHubRequired: true))
        guard case .identified(let card) = try tap.run(probe([.identityOnly(profile)])) else {
            Issue.record("not identified")
            return
        }
        #expect(card.evidence.card == .uid([0x04, 0x03, 0x02, 0x01]))
        #expect(card.evidence.limits.isHubRequired)
    }

    @Test("random identifiers are refused", arguments: ["08112233", "80112233", "80112233445566"])
    func randomIdentifier(text: String) throws {
        var tap = Tap(SimulatedIdentityCard(identifier: try hex(text)), campus)
        #expect(
            try tap.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.randomIdentifier)))
    }

    @Test("08 and 88 inside longer identifiers are no sign of chance", arguments: ["08112233445566", "04081122"])
    func notRandom(text: String) throws {
        var tap = Tap(SimulatedIdentityCard(identifier: try hex(text)), campus)
        guard case .identified = try tap.run(probe([.identityOnly(IdentityProfile(name: "identity"))])) else {
            Issue.record("refused")
            return
        }
    }

    @Test("identifiers of impossible lengths are refused", arguments: [0, 1, 3, 5, 8, 11])
    func identifierLength(count: Int) throws {
        var tap = Tap(SimulatedIdentityCard(identifier: [UInt8](repeating: 4, count: count)), campus)
        #expect(
            try tap.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.identifierNotReadable)))
    }

    @Test("a reader that cannot give identifiers, and one that answers half a status")
    func identifierFaults() throws {
        let card = SimulatedIdentityCard(identifier: [1, 2, 3, 4])
        var refused = Tap(card, campus, [1: .replaced([0x6A, 0x81])])
        #expect(
            try refused.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.identifierNotReadable)))
        var half = Tap(card, campus, [1: .replaced([0x90])])
        #expect(
            try half.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.communicationFailed)))
        var gone = Tap(card, campus, [1: .lostBefore])
        #expect(
            try gone.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.communicationFailed)))
        var corrected = Tap(card, campus, [1: .replaced([0x6C, 0x04])])
        #expect(
            try corrected.run(probe([.identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.identifierNotReadable)))
    }

    @Test("a locked purse is not taken for a card without an application")
    func locked() throws {
        var memory = campus.memory()
        memory.isApplicationLocked = true
        var tap = Tap(campus.card(memory), campus)
        #expect(
            try tap.run(probe([.purse(campus.profile), .identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(.applicationLocked)))
        #expect(tap.exchanges == [0xA4])
    }

    @Test(
        "a purse that cannot prove itself does not fall back to its identifier",
        arguments: [
            (Interference.corrupted, CardRefusal.Code.cardNotGenuine),
            (.replaced([0x93, 0x02]), .secureModuleRefusedByCard),
            (.lostAfter, .communicationFailed), (.lostBefore, .communicationFailed),
            (.replaced([]), .communicationFailed),
            (.replaced([0x90, 0x00]), .malformedAnswer), (.replaced([0x65, 0x81]), .cardFault),
            (.replaced([0x69, 0x85]), .cardFault),
        ])
    func noFallback(interference: Interference, code: CardRefusal.Code) throws {
        var tap = Tap(campus.card(), campus, [3: interference])
        #expect(
            try tap.run(probe([.purse(campus.profile), .identityOnly(IdentityProfile(name: "identity"))]))
                == .refused(CardRefusal(code)))
        #expect(!tap.exchanges.contains(0xCA))
    }

    @Test("a secure module out of order refuses the card")
    func moduleOutOfOrder() throws {
        var early = Tap(campus.card(), campus)
        early.moduleFailsToInitialize = true
        #expect(try early.run(probe([.purse(campus.profile)])) == .refused(CardRefusal(.secureModuleFailed)))
        var late = Tap(campus.card(), campus)
        late.moduleFailsToCheck = true
        #expect(try late.run(probe([.purse(campus.profile)])) == .refused(CardRefusal(.secureModuleFailed)))
    }

    @Test("every refusal has a number of its layer, and text in both languages", arguments: CardRefusal.Code.allCases)
    func texts(code: CardRefusal.Code) {
        let refusal = CardRefusal(code, detail: "select: 6A82")
        #expect((1301...1399).contains(refusal.number))
        #expect(!refusal.englishText.isEmpty)
        #expect(refusal.chineseText.unicodeScalars.contains { $0.value > 0x4E00 })
        #expect(refusal.description.hasPrefix("E\(refusal.number): "))
        #expect(refusal.message.contains("6A82"))
    }

    @Test("a refusal says at which step, without card data")
    func detail() throws {
        var tap = Tap(campus.card(), campus, [2: .replaced([0x69, 0x85])])
        guard case .refused(let refusal) = try tap.run(probe([.purse(campus.profile)])) else {
            Issue.record("identified")
            return
        }
        #expect(refusal.detail == "initialize: 6985, conditions of use are not satisfied")
    }
}
