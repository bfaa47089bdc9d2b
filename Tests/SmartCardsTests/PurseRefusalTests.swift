import Payments
import Simulation
import SmartCards
import Testing

@Suite("What a purse card is refused for")
struct PurseRefusalTests {
    let campus: LabCampus
    let meals: MealCampus
    let loads: LoadCampus

    init() throws {
        campus = try LabCampus()
        meals = try MealCampus()
        loads = try LoadCampus()
    }

    /// The three dialogues with a purse that move money.
    enum Dialogue: String, Sendable, CaseIterable {
        case simple
        case compound
        case load
    }

    private func refusal(_ tap: inout Tap, _ dialogue: Dialogue, algorithms: Set<UInt8>? = nil) throws -> CardRefusal? {
        tap.issuer = loads.granting
        switch dialogue {
        case .load:
            let profile = campus.profile(load: PurseProfile.Load(keyIndex: 1), algorithms: algorithms)
            guard case .failed(let failure) = try tap.run(loads.machine(pin: loads.pin(), profile: profile)) else {
                return nil
            }
            return CardRefusal(load: failure)
        case .simple, .compound:
            let purchase: PurseProfile.Purchase = dialogue == .simple ? .simple : .compound(meals.record())
            let profile = campus.profile(purchase: purchase, algorithms: algorithms, tender: .purse)
            let probe = CardProbe(
                profiles: [.purse(profile)], amount: 300, terminal: campus.terminal, time: campus.time, window: 1)
            guard case .refused(let refusal) = try tap.run(probe) else { return nil }
            return refusal
        }
    }

    private func expect(
        _ card: some VirtualCard, _ dialogue: Dialogue, _ code: CardRefusal.Code,
        _ interferences: [Int: Interference] = [:]
    ) throws {
        var tap = Tap(card, campus, interferences)
        #expect(try refusal(&tap, dialogue)?.code == code, "\(dialogue)")
        guard let after = tap.card as? SimulatedPurseCard else { return }
        #expect(after.memory.balance == 10_000)
        #expect(after.memory.behavior.compoundRecords == meals.memory().behavior.compoundRecords)
        #expect(!tap.exchanges.contains(0x72))
    }

    @Test(
        "a locked card is 1302, whichever word it says it with", arguments: Dialogue.allCases,
        [0x6A81, 0x6283, 0x9303] as [UInt16])
    func locked(dialogue: Dialogue, word: UInt16) throws {
        var memory = meals.memory()
        memory.isApplicationLocked = true
        memory.behavior.lockedStatus = word
        try expect(campus.card(memory), dialogue, .applicationLocked)
        memory.isApplicationLocked = false
        memory.isCardLocked = true
        try expect(campus.card(memory), dialogue, .applicationLocked)
        // And in the middle of the dialogue.
        memory.isCardLocked = false
        let initialize = dialogue == .simple ? 2 : dialogue == .compound ? 3 : 4
        try expect(
            campus.card(memory), dialogue, .applicationLocked, [initialize: .refused(word.bigEndianBytes(count: 2))])
        #expect(CardRefusal.Code.applicationLocked.rawValue == 1302)
    }

    @Test("a card of another campus is 1301", arguments: Dialogue.allCases)
    func foreign(dialogue: Dialogue) throws {
        var memory = meals.memory()
        memory.applicationName = try hex("A000000632010105")
        try expect(campus.card(memory), dialogue, .cardNotSupported)
        try expect(SimulatedIdentityCard(identifier: [4, 5, 6, 7]), dialogue, .cardNotSupported)
        #expect(CardRefusal.Code.cardNotSupported.rawValue == 1301)
    }

    @Test("a secure module with the wrong keys is 1304 in every purchase, an issuer with them 1340 or 1338 in a load")
    func wrongKeys() throws {
        let wrong = try key("000102030405060708090A0B0C0D0E0F")
        for dialogue in [Dialogue.simple, .compound] {
            var tap = Tap(campus.card(meals.memory()), campus)
            tap.module = SoftSecureModule(masterKey: wrong)
            #expect(try refusal(&tap, dialogue)?.code == .secureModuleRefusedByCard)
            #expect(try memory(tap) == meals.memory())
        }
        #expect(CardRefusal.Code.secureModuleRefusedByCard.rawValue == 1304)
        var careful = loads.tap(issuer: .granting(loadKey: wrong, time: loads.time))
        #expect(try careful.run(loads.machine(pin: loads.pin())) == .failed(.issuer(.refusedByIssuer)))
        var careless = loads.tap(issuer: .wrongMAC2(time: loads.time))
        #expect(try careless.run(loads.machine(pin: loads.pin())) == .failed(.grantRefusedByCard))
    }

    @Test("a card with a counterfeit's MAC2 is not genuine, and the purchase uncertain", arguments: [false, true])
    func counterfeit(isCompound: Bool) throws {
        let purchase: PurseProfile.Purchase = isCompound ? .compound(meals.record()) : .simple
        let probe = CardProbe(
            profiles: [.purse(campus.profile(purchase: purchase, tender: .purse))], amount: 300,
            terminal: campus.terminal, time: campus.time, window: 1)
        var tap = Tap(campus.card(meals.memory()), campus, [isCompound ? 5 : 3: .corrupted])
        guard case .uncertain(let payment, .notGenuine) = try tap.run(probe) else {
            Issue.record("taken for genuine")
            return
        }
        #expect(payment.card.proof == .unproven)
    }

    @Test("the card's algorithm and key version reach the secure module and the issuer as they are")
    func algorithmFlows() throws {
        var memory = meals.memory()
        memory.algorithm = 0x01
        memory.keyVersion = 0x07
        for purchase in [PurseProfile.Purchase.simple, .compound(meals.record())] {
            var tap = Tap(campus.card(memory), campus)
            let profile = campus.profile(purchase: purchase, algorithms: [0x00, 0x01])
            guard case .purchased(let evidence) = try tap.run(meals.machine(profile: profile)) else {
                Issue.record("not purchased")
                continue
            }
            #expect(tap.moduleRequests.first?.algorithm == 0x01)
            #expect(tap.moduleRequests.first?.keyVersion == 0x07)
            #expect(evidence.initialization.algorithm == 0x01)
        }
        var load = loads.tap(memory)
        _ = try load.run(loads.machine(pin: loads.pin()))
        #expect(load.loadRequests.first?.initialization.algorithm == 0x01)
        #expect(load.loadRequests.first?.initialization.keyVersion == 0x07)
    }

    @Test(
        "an algorithm that the profile does not list is 1334, before any secure module or issuer is asked",
        arguments: Dialogue.allCases)
    func algorithm(dialogue: Dialogue) throws {
        var memory = meals.memory()
        memory.algorithm = 0x04
        var tap = Tap(campus.card(memory), campus)
        let refusal = try refusal(&tap, dialogue, algorithms: [0x00, 0x01])
        #expect(refusal?.number == 1334)
        #expect(refusal?.detail == "algorithm 4")
        #expect(!tap.exchanges.contains(0x70) && !tap.exchanges.contains(0x01))
        #expect(try SmartCardsTests.memory(tap) == memory)
    }

    @Test("an expired card is shown to the driver with its days, and nothing else is asked of it")
    func expired() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        tap.isAdmitted = false
        let probe = CardProbe(
            profiles: [.purse(campus.profile(tender: .purse))], amount: 300, terminal: campus.terminal,
            time: campus.time)
        #expect(try tap.run(probe) == .stopped)
        #expect(tap.admissions.first?.validThrough == 19_981_215)
        #expect(tap.exchanges == [0xA4])
    }

    @Test(
        "with two cards in the field no money moves unless one of them stays to the end", arguments: Dialogue.allCases,
        1...4)
    func twoCards(dialogue: Dialogue, exchange: Int) throws {
        var other = meals.memory()
        other.information = try campus.otherInformation()
        let otherKeys = PurseCardKeys(
            masterPurchase: campus.masterPurchase, masterTransactionAuthentication: campus.masterTAC,
            information: other.information)
        // Both have been selected and the other has even been initialized, as a reader that mixes them up leaves it.
        var second = SimulatedPurseCard(memory: other, keys: otherKeys, random: SeededGenerator(seed: 11))
        _ = second.transmit(campus.profile.selectCommand.bytes)
        var pair = CardPair(campus.card(meals.memory()), second, switchesAfter: exchange)
        var tap = Tap(pair, campus)
        // Tap powers both on: the second one is selected again behind the reader's back.
        pair = try #require(tap.card as? CardPair)
        _ = pair.second.transmit(campus.profile.selectCommand.bytes)
        if dialogue == .load { _ = pair.second.transmit(GeneralCommand.verify(pin: try hex("123456")).bytes) }
        tap.card = pair
        let lastExchange = dialogue == .simple ? 3 : 5
        let refusal = try refusal(&tap, dialogue)
        let after = try #require(tap.card as? CardPair)
        guard exchange < lastExchange else {
            #expect(after.first.memory.balance == 9_700)
            return
        }
        let code = try #require(refusal?.code)
        let expected: Set<CardRefusal.Code> = [
            .cardFault, .secureModuleRefusedByCard, .loadRefusedByIssuer, .loadGrantRefusedByCard,
        ]
        #expect(expected.contains(code), "\(dialogue) \(exchange): \(code)")
        for card in [after.first, after.second] {
            #expect(card.memory.balance == 10_000)
            #expect(card.memory.behavior.compoundRecords == meals.memory().behavior.compoundRecords)
        }
    }

    @Test(
        "two cards that answer at once look like a card that cannot be read", arguments: Dialogue.allCases, 1...2)
    func collision(dialogue: Dialogue, exchange: Int) throws {
        let malformed = Interference.replaced([0x6F, 0x2E, 0x84, 0xFF, 0x90, 0x00])
        var tap = Tap(campus.card(meals.memory()), campus, [exchange: malformed])
        let code = try refusal(&tap, dialogue)?.code
        let expected: CardRefusal.Code =
            dialogue == .compound && exchange == 2 ? .mealRecordUnusable : .malformedAnswer
        #expect(code == expected)
        #expect(try memory(tap).balance == 10_000)
    }

    @Test(
        "every refusal of these dialogues has its own number",
        arguments: [
            (CardRefusal.Code.entitlementUsedUp, 1331), (.mealRecordMissing, 1332), (.mealRecordUnusable, 1333),
            (.algorithmNotAccepted, 1334), (.pinMissing, 1335), (.pinWrong, 1336), (.pinBlocked, 1337),
            (.loadRefusedByIssuer, 1338), (.issuerUnreachable, 1339), (.loadGrantRefusedByCard, 1340),
            (.cardFull, 1341),
        ])
    func numbers(code: CardRefusal.Code, number: Int) { #expect(CardRefusal(code).number == number) }
}
