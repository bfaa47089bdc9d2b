import Payments
import Simulation
import SmartCards
import Testing

@Suite("Torn loads")
struct PurseLoadTearTests {
    let loads: LoadCampus
    var campus: LabCampus { loads.campus }

    init() throws { loads = try LoadCampus() }

    /// The card exchanges of a load, and what tears it.
    static let points: [TearPoint] = {
        var points: [TearPoint] = []
        for (index, name) in ["SELECT", "VERIFY", "READ LOG", "INITIALIZE", "CREDIT"].enumerated() {
            let exchange = index + 1
            points.append(TearPoint(name: "before \(name)", [exchange: .lostBefore]))
            points.append(TearPoint(name: "inside \(name), no answer", [exchange: .lostAfter]))
            points.append(TearPoint(name: "inside \(name), one byte", [exchange: .replaced([0x90])]))
            points.append(TearPoint(name: "inside \(name), half an answer", [exchange: .replaced([1, 2, 3])]))
            points.append(TearPoint(name: "inside \(name), 6581, done", [exchange: .replaced([0x65, 0x81])]))
            points.append(TearPoint(name: "inside \(name), 6581, not done", [exchange: .refused([0x65, 0x81])]))
        }
        return points
    }()

    /// Whether PIN and TAC key are at hand when the card comes back.
    struct Recovery: Sendable, CustomStringConvertible {
        let hasPIN: Bool
        let checksTAC: Bool

        var description: String { (hasPIN ? "PIN" : "no PIN") + (checksTAC ? ", TAC checked" : ", TAC not checked") }

        static let all = [true, false].flatMap { pin in [false, true].map { Recovery(hasPIN: pin, checksTAC: $0) } }
    }

    /// A card that was loaded with the same amount and has bought before, so that its older proof is there to mislead.
    private func usedCard(_ torn: TornCase) throws -> any VirtualCard {
        var memory = campus.memory(balance: 5_300)
        memory.behavior.proofSerial = torn.serial
        memory.behavior.isLogFree = torn.isLogFree
        memory.behavior.initializeErasesProof = torn.isProofErased
        var tap = loads.tap(memory)
        var earlier = loads.time
        earlier.hour = 7
        tap.issuer = .granting(loadKey: campus.cardKeys.load, time: earlier)
        _ = try tap.run(loads.machine(pin: loads.pin()))
        tap = Tap(tap.card, campus)
        _ = try tap.run(purchase(300))
        return tap.card
    }

    private func purchase(_ amount: UInt32) -> PursePurchaseMachine {
        PursePurchaseMachine(profile: campus.profile, amount: amount, terminal: campus.terminal, time: campus.time)
    }

    private func recover(
        _ card: any VirtualCard, _ evidence: LoadEvidence, _ recovery: Recovery
    ) throws -> (outcome: CardRecovery.Outcome, tap: Tap) {
        var tap = Tap(card, campus)
        tap.tacKey = recovery.checksTAC ? campus.cardKeys.transactionAuthentication : nil
        let machine = CardRecovery(
            of: .load(evidence), profile: .purse(loads.profile), terminal: campus.terminal, time: campus.time,
            pin: recovery.hasPIN ? try loads.pin() : nil)
        let outcome = try tap.run(try #require(machine))
        #expect(!tap.exchanges.contains(0x52), "never a second credit")
        return (outcome, tap)
    }

    @Test("every tear of a load is resolved as the card's balance says, or left open", arguments: Recovery.all)
    func matrix(recovery: Recovery) throws {
        var table = "torn loads, \(recovery)\n"
        table += "columns: " + TornCase.all.map(\.description).joined(separator: " | ") + "\n"
        var outcomes: Set<String> = []
        for point in Self.points {
            let cells = try TornCase.all.map { try tear($0, point, recovery) }
            outcomes.formUnion(cells)
            table += point.name + ": " + cells.joined(separator: " | ") + "\n"
        }
        print(table)
        let always: Set = ["failed", "happened", "did not happen"]
        #expect(outcomes == (recovery.hasPIN ? always : always.union(["PIN needed"])))
    }

    private func tear(_ torn: TornCase, _ point: TearPoint, _ recovery: Recovery) throws -> String {
        var tap = Tap(try usedCard(torn), campus, point.interferences)
        tap.issuer = loads.granting
        let result = try tap.run(loads.machine(pin: loads.pin()))
        let balance = try memory(tap).balance
        switch result {
        case .loaded:
            // A torn log record costs only the better recovery.
            #expect(balance == 15_000 && point.name.contains("READ LOG"), "\(point.name)")
            return "happened"
        case .failed:
            #expect(balance == 10_000, "\(point.name) \(torn)")
            return "failed"
        case .unknown: break
        }
        let evidence = try #require(tap.loadIntents.first)
        if torn.isProofErased {
            // Another terminal begins a purchase and loses the card.
            tap.card.powerOn()
            _ = tap.card.transmit(campus.profile.selectCommand.bytes)
            _ = tap.card.transmit(
                PurseCommand.initializeForPurchase(keyIndex: 1, amount: 1, terminal: campus.terminal).bytes)
        }
        let (outcome, after) = try recover(tap.card, evidence, recovery)
        #expect(try memory(after).balance == balance)
        switch outcome {
        case .happened(.load(let found)):
            #expect(balance == 15_000, "\(point.name) \(torn)")
            if let tac = found.tac {
                #expect(
                    found.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication), "\(torn) \(tac.count)")
            }
            return "happened"
        case .didNotHappen:
            #expect(balance == 10_000, "\(point.name) \(torn)")
            return "did not happen"
        case .unresolved(let refusal) where refusal.code == .pinMissing:
            #expect(!recovery.hasPIN && !torn.isLogFree)
            return "PIN needed"
        case .happened, .otherCard, .undetermined, .unresolved:
            Issue.record("\(point.name) \(torn) \(recovery): \(outcome)")
            return "wrong"
        }
    }

    private func torn(
        _ interference: Interference,
        _ torn: TornCase = TornCase(serial: .counted, isLogFree: true, isProofErased: false)
    ) throws -> (card: any VirtualCard, evidence: LoadEvidence) {
        var tap = Tap(try usedCard(torn), campus, [5: interference])
        tap.issuer = loads.granting
        _ = try tap.run(loads.machine(pin: loads.pin()))
        return (tap.card, try #require(tap.loadIntents.first))
    }

    private func result(
        _ card: any VirtualCard, _ evidence: LoadEvidence, pin: CardPIN? = nil, tacKey: DESKey? = nil
    ) throws -> TornLoadResult {
        var tap = Tap(card, campus)
        tap.tacKey = tacKey
        return try tap.run(TornLoadMachine(profile: loads.profile, evidence: evidence, pin: pin))
    }

    @Test("the card is asked in the order of the reference, and INITIALIZE comes last or not at all")
    func order() throws {
        let (loaded, evidence) = try torn(.lostAfter)
        let noPIN = Recovery(hasPIN: false, checksTAC: false), withPIN = Recovery(hasPIN: true, checksTAC: false)
        // In the end the card proves that it is genuine.
        let proof: [UInt8] = [0xA4, 0x50, 0x70, 0x54, 0x72]
        #expect(try recover(loaded, evidence, noPIN).tap.exchanges == [0xA4, 0x5C, 0xB2, 0xB2, 0x5A, 0x5A] + proof)
        let (unloaded, other) = try torn(.lostBefore)
        #expect(try recover(unloaded, other, noPIN).tap.exchanges == [0xA4, 0x5C, 0xB2, 0x5A, 0x5A] + proof)
        #expect(try recover(unloaded, other, withPIN).tap.exchanges == [0xA4, 0x20, 0x5C, 0xB2, 0x5A, 0x5A] + proof)
        var unread = other
        unread = try #require(LoadEvidence(canonicalBytes: unreadHead(unread)))
        #expect(
            try recover(unloaded, unread, withPIN).tap.exchanges
                == [0xA4, 0x20, 0x5C, 0xB2, 0xB2, 0xB2, 0x5A, 0x5A, 0x50] + proof)
    }

    /// The same evidence of a card whose log could not be read before the load.
    private func unreadHead(_ evidence: LoadEvidence) -> [UInt8] {
        Array(evidence.canonicalBytes.prefix(69)) + [UInt8](repeating: 0, count: 24)
    }

    @Test("what the customer bought meanwhile does not hide what became of the load", arguments: [true, false])
    func boughtMeanwhile(isLoaded: Bool) throws {
        var (card, evidence) = try torn(isLoaded ? .lostAfter : .lostBefore)
        for amount in [1_000, 2_000, 2_000] as [UInt32] {
            var tap = Tap(card, campus)
            _ = try tap.run(purchase(amount))
            card = tap.card
        }
        switch try result(card, evidence) {
        case .happened(let found, .logRecord):
            #expect(isLoaded)
            #expect(found.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        case .didNotHappen(.logRecordAbsent): #expect(!isLoaded)
        case let result: Issue.record("\(result)")
        }
    }

    @Test("a log that was turned over says nothing: the serial decides, or the card must come with its PIN")
    func turnedOver() throws {
        for isLoaded in [true, false] {
            var (card, evidence) = try torn(isLoaded ? .lostAfter : .lostBefore)
            for _ in 1...10 {
                var tap = Tap(card, campus)
                _ = try tap.run(purchase(500))
                card = tap.card
            }
            #expect(try result(card, evidence) == .unresolved(.pinNeeded))
            let known = try result(card, evidence, pin: loads.pin())
            #expect(known == (isLoaded ? .undetermined : .didNotHappen(confirmedBy: .serialUnchanged)))
            let key = campus.cardKeys.transactionAuthentication
            guard isLoaded else { continue }
            guard case .happened(_, .tac) = try result(card, evidence, tacKey: key) else {
                Issue.record("the TAC alone is enough")
                continue
            }
        }
    }

    @Test("the same amount loaded elsewhere is not taken for ours", arguments: [true, false], [true, false])
    func loadedElsewhere(isLogFree: Bool, checksTAC: Bool) throws {
        let (card, evidence) = try torn(
            .lostBefore, TornCase(serial: .counted, isLogFree: isLogFree, isProofErased: false))
        var elsewhere = Tap(card, campus)
        var later = loads.time
        later.hour = 15
        elsewhere.issuer = .granting(loadKey: campus.cardKeys.load, time: later)
        _ = try elsewhere.run(loads.machine(pin: loads.pin()))
        let key = checksTAC ? campus.cardKeys.transactionAuthentication : nil
        let result = try result(elsewhere.card, evidence, pin: loads.pin(), tacKey: key)
        #expect(result == .didNotHappen(confirmedBy: .logRecordAbsent), "the log opens with the PIN")
        let blind = try self.result(elsewhere.card, evidence, tacKey: key)
        switch blind {
        case .didNotHappen(.logRecordAbsent): #expect(isLogFree)
        case .unresolved(.pinNeeded): #expect(!isLogFree && checksTAC)
        case .happened(_, .balance): #expect(!isLogFree && !checksTAC, "nothing else is readable")
        default: Issue.record("\(blind)")
        }
    }

    @Test("a balance that the log does not explain is for the issuer's books")
    func contradiction() throws {
        let (card, evidence) = try torn(.lostAfter)
        var changed = try #require(card as? SimulatedPurseCard).memory
        changed.balance -= 1
        #expect(try result(campus.card(changed), evidence) == .undetermined)
    }

    @Test("another card leaves the load as it is")
    func otherCard() throws {
        let (card, evidence) = try torn(.lostAfter)
        var other = try #require(card as? SimulatedPurseCard).memory
        other.information = try campus.otherInformation()
        #expect(try result(campus.card(other), evidence, pin: loads.pin()) == .otherCard)
        #expect(try result(SimulatedIdentityCard(identifier: [4, 5, 6, 7]), evidence) == .otherCard)
        #expect(
            CardRecovery(
                of: .load(evidence), profile: .identityOnly(IdentityProfile(name: "identity")),
                terminal: campus.terminal, time: campus.time) == nil)
    }

    @Test("a locked card stays unresolved")
    func locked() throws {
        let (card, evidence) = try torn(.lostAfter)
        var memory = try #require(card as? SimulatedPurseCard).memory
        memory.isApplicationLocked = true
        #expect(try result(campus.card(memory), evidence) == .unresolved(.applicationLocked))
    }

    @Test("a wrong PIN at recovery still reads what is open")
    func wrongPIN() throws {
        let (card, evidence) = try torn(.lostAfter)
        guard case .happened(_, .logRecord) = try result(card, evidence, pin: loads.pin("0000")) else {
            Issue.record("not found")
            return
        }
    }

    @Test("a card that leaves again stays unresolved at every exchange", arguments: 1...6)
    func tornAgain(exchange: Int) throws {
        let (card, evidence) = try torn(.lostAfter)
        var tap = Tap(card, campus, [exchange: .lostBefore])
        let machine = TornLoadMachine(profile: loads.profile, evidence: evidence, pin: nil)
        #expect(try tap.run(machine) == .unresolved(.communicationFailed))
    }

    @Test("random answers prove no load", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        let (card, evidence) = try torn(.lostBefore)
        var generator = SeededGenerator(seed: seed)
        var interferences: [Int: Interference] = [:]
        for exchange in 2...20 {
            let count = [0, 1, 2, 4, 8, 16, 23, 258].randomElement(using: &generator) ?? 0
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            interferences[exchange] = .replaced(bytes + [0x90, 0x00])
        }
        var tap = Tap(card, campus, interferences)
        tap.tacKey = campus.cardKeys.transactionAuthentication
        let machine = TornLoadMachine(profile: loads.profile, evidence: evidence, pin: try loads.pin())
        if case .happened = try tap.run(machine) { Issue.record("noise proved a load") }
    }
}
