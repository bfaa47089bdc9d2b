import Payments
import Simulation
import SmartCards
import Testing

@Suite("Ways to the purse application")
struct PurseSelectionTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    private func directory(_ prefix: String) throws -> PurseProfile.Application {
        .directory(environment: PurseProfile.Application.paymentEnvironment, prefix: try hex(prefix))
    }

    private func run(_ tap: inout Tap, _ application: PurseProfile.Application) throws -> PurseResult {
        try tap.run(
            PursePurchaseMachine(
                profile: campus.profile(application: application), amount: 300, terminal: campus.terminal,
                time: campus.time))
    }

    @Test(
        "by identifier, by file and by way of the directory, on contactless and contact cards",
        arguments: [false, true])
    func ways(isContactCard: Bool) throws {
        var memory = campus.memory()
        memory.answersThroughGetResponse = isContactCard
        let rest: [UInt8] = [0x50, 0x70, 0x54, 0x72]
        let ways: [(PurseProfile.Application, [UInt8])] = [
            (.name(try hex("A00000000386980701")), [0xA4]), (.file(0x3F01), [0xA4]),
            (try directory("A000000003"), [0xA4, 0xB2, 0xA4]), (try directory(""), [0xA4, 0xB2, 0xA4]),
        ]
        for (application, selection) in ways {
            var tap = Tap(campus.card(memory), campus)
            guard case .purchased = try run(&tap, application) else {
                Issue.record("not purchased")
                continue
            }
            #expect(tap.exchanges.filter { $0 != 0xC0 } == selection + rest)
            #expect(tap.exchanges.contains(0xC0) == isContactCard)
        }
    }

    @Test("a card whose FCI leaves the public information out is read, whichever way it was found")
    func readBinary() throws {
        var memory = campus.memory()
        memory.givesInformationOnSelect = false
        var tap = Tap(campus.card(memory), campus)
        guard case .purchased = try run(&tap, try directory("A0")) else {
            Issue.record("not purchased")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xB2, 0xA4, 0xB0, 0x50, 0x70, 0x54, 0x72])
    }

    @Test("a foreign card that has the file, but no public information in it, is left to the next profile")
    func foreignFile() throws {
        var memory = campus.memory()
        memory.givesInformationOnSelect = false
        let profile = campus.profile(application: .file(0x3F01))
        let profiles: [CardProfile] = [.purse(profile), .identityOnly(IdentityProfile(name: "any"))]
        for (word, isForeign) in [(0x6A82, true), (0x6982, false)] as [(UInt16, Bool)] {
            var tap = Tap(campus.card(memory), campus, [2: .refused(word.bigEndianBytes(count: 2))])
            let probe = CardProbe(
                profiles: profiles, amount: 300, terminal: campus.terminal, time: campus.time)
            switch try tap.run(probe) {
            case .identified(let card):
                #expect(isForeign && card.evidence.proof == .unproven)
                #expect(tap.exchanges == [0xA4, 0xB0, 0xCA])
            case .refused(let refusal): #expect(!isForeign && refusal.code == .cardFault)
            default: Issue.record("paid")
            }
        }
    }

    @Test("a directory without the application, and a card without a directory, are not this profile")
    func notListed() throws {
        var tap = Tap(campus.card(), campus)
        #expect(try run(&tap, try directory("A000000632")) == .failed(.notThisProfile(.recordNotFound)))
        #expect(tap.exchanges == [0xA4, 0xB2, 0xB2])
        var identity = Tap(SimulatedIdentityCard(identifier: [4, 5, 6, 7]), campus)
        #expect(try run(&identity, try directory("A0")) == .failed(.notThisProfile(.fileNotFound)))
    }

    @Test("the wanted application may stand behind others, and a directory without end is given up")
    func longDirectory() throws {
        // Exchange 2 shows another application; the card's own entry 1 would come at exchange 3 as record 2.
        let other = try hex("6109 4F07 A0000006320101 9000")
        let ours = try hex("6111 4F09 A00000000386980701 5004 50424F43 9000")
        var tap = Tap(campus.card(), campus, [2: .replaced(other), 3: .replaced(ours)])
        guard case .purchased = try run(&tap, try directory("A000000003")) else {
            Issue.record("not found")
            return
        }
        let endless = Dictionary(uniqueKeysWithValues: (2...40).map { ($0, Interference.replaced(other)) })
        var circle = Tap(campus.card(), campus, endless)
        #expect(try run(&circle, try directory("A000000003")) == .failed(.notThisProfile(.recordNotFound)))
        #expect(circle.exchanges == [0xA4] + [UInt8](repeating: 0xB2, count: 8))
    }

    @Test(
        "a malformed directory fails with its step and a stable number",
        arguments: [
            (1, "9000", PurseStep.select, 1408), (1, "6F02 8400 9000", .select, 1408),
            (1, "6F05 A503 880100 9000", .select, 1408), (1, "6F05 A503 88011F 9000", .select, 1408),
            (1, "6F06 A504 88020101 9000", .select, 1408), (2, "61 9000", .readDirectory, 1405),
            (2, "6105 4F 9000", .readDirectory, 1406),
        ])
    func malformed(exchange: Int, text: String, step: PurseStep, number: Int) throws {
        var tap = Tap(campus.card(), campus, [exchange: .replaced(try hex(text))])
        let result = try run(&tap, try directory("A0"))
        guard case .failed(.malformedAnswer(let error, step)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error.number == number)
    }

    @Test("entries with impossible names are passed over", arguments: ["4F00", "5004 50424F43", ""])
    func impossibleName(text: String) throws {
        let inner = try hex(text)
        let entry = [0x61, UInt8(inner.count)] + inner + [0x90, 0x00]
        var tap = Tap(campus.card(), campus, [2: .replaced(entry)])
        #expect(try run(&tap, try directory("")) == .failed(.notThisProfile(.recordNotFound)))
    }

    @Test("a card pulled away on the way is a communication failure at its step")
    func pulled() throws {
        for (exchange, step) in [(1, PurseStep.select), (2, .readDirectory), (3, .select)] {
            var tap = Tap(campus.card(), campus, [exchange: .lostBefore])
            #expect(try run(&tap, try directory("A0")) == .failed(.communicationFailed(step)))
        }
    }
}
