import Payments
import Simulation
import SmartCards
import Testing

@Suite("Torn compound purchases")
struct PurseCompoundTearTests {
    let meals: MealCampus
    var campus: LabCampus { meals.campus }

    init() throws { meals = try MealCampus() }

    /// The card exchanges of a compound purchase, and what tears it.
    static let points: [TearPoint] = {
        var points: [TearPoint] = []
        for (index, name) in ["SELECT", "READ RECORD", "INITIALIZE", "UPDATE", "DEBIT"].enumerated() {
            let exchange = index + 1
            points.append(TearPoint(name: "before \(name)", [exchange: .lostBefore]))
            points.append(TearPoint(name: "inside \(name), no answer", [exchange: .lostAfter]))
            points.append(TearPoint(name: "inside \(name), one byte", [exchange: .replaced([0x90])]))
            points.append(TearPoint(name: "inside \(name), half an answer", [exchange: .replaced([1, 2, 3, 4])]))
            points.append(TearPoint(name: "inside \(name), 6581, done", [exchange: .replaced([0x65, 0x81])]))
            points.append(TearPoint(name: "inside \(name), 6581, not done", [exchange: .refused([0x65, 0x81])]))
        }
        points.append(TearPoint(name: "after DEBIT, MAC2 not checked", [:], isUnchecked: true))
        return points
    }()

    /// A card that has eaten the same in an earlier window, so that its older proof and log record mislead.
    private func usedCard(_ torn: TornCase) throws -> any VirtualCard {
        var memory = meals.memory()
        memory.behavior.proofSerial = torn.serial
        memory.behavior.isLogFree = torn.isLogFree
        memory.behavior.initializeErasesProof = torn.isProofErased
        var earlier = campus.time
        earlier.hour = 7
        var tap = Tap(campus.card(memory), campus)
        _ = try tap.run(meals.machine(window: 1, time: earlier))
        return tap.card
    }

    private func recover(
        _ tap: inout Tap, _ intent: PurchaseIntent
    ) throws -> (CardRecovery.Outcome, commands: [UInt8]) {
        tap.card.powerOn()
        tap.interferences = [:]
        tap.exchanges = []
        let recovery = CardRecovery(
            of: .purchase(intent.evidence()), profile: .purse(meals.profile()), terminal: campus.terminal,
            time: campus.time)
        var recovering = Tap(tap.card, campus)
        recovering.tacKey = tap.tacKey
        let outcome = try recovering.run(try #require(recovery))
        tap.card = recovering.card
        return (outcome, recovering.exchanges)
    }

    @Test("every tear agrees with purse and record, which change together or not at all", arguments: [false, true])
    func matrix(checksTAC: Bool) throws {
        var table = "torn compound purchases, TAC " + (checksTAC ? "checked" : "not checked") + "\n"
        table += "columns: " + TornCase.all.map(\.description).joined(separator: " | ") + "\n"
        var outcomes: Set<String> = []
        for point in Self.points {
            let cells = try TornCase.all.map { try tear($0, point, checksTAC) }
            outcomes.formUnion(cells)
            table += point.name + ": " + cells.joined(separator: " | ") + "\n"
        }
        print(table)
        #expect(outcomes == ["no intent", "failed", "did not happen", "happened"])
    }

    private func tear(_ torn: TornCase, _ point: TearPoint, _ checksTAC: Bool) throws -> String {
        var tap = Tap(try usedCard(torn), campus, point.interferences)
        tap.moduleFailsToCheck = point.isUnchecked
        tap.tacKey = checksTAC ? campus.cardKeys.transactionAuthentication : nil
        let before = try memory(tap)
        let result = try tap.run(meals.machine(window: 2))
        let after = try memory(tap)
        let isPaid = after.balance != before.balance
        #expect(after.balance == (isPaid ? 9_400 : 9_700))
        #expect((after.behavior.compoundRecords != before.behavior.compoundRecords) == isPaid)
        if case .failed = result {
            #expect(after.balance == 9_700, "\(point.name) \(torn)")
            return tap.intents.isEmpty ? "no intent" : "failed"
        }
        guard case .unknown = result, let intent = tap.intents.first else {
            Issue.record("\(point.name) \(torn): \(result)")
            return "wrong"
        }
        if torn.isProofErased {
            // Another terminal begins a purchase and loses the card.
            tap.card.powerOn()
            _ = tap.card.transmit(campus.profile.selectCommand.bytes)
            _ = tap.card.transmit(
                PurseCommand.initializeForPurchase(keyIndex: 1, amount: 1, terminal: campus.terminal).bytes)
        }
        let (outcome, commands) = try recover(&tap, intent)
        #expect(commands.filter { $0 == 0x54 }.count <= 1, "at most the proof of amount zero")
        #expect(!commands.contains(0xDC), "never a record")
        #expect(try memory(tap).balance == after.balance)
        #expect(try memory(tap).behavior.compoundRecords == after.behavior.compoundRecords)
        switch outcome {
        case .happened:
            #expect(isPaid, "\(point.name) \(torn)")
            return "happened"
        case .didNotHappen:
            #expect(!isPaid, "\(point.name) \(torn)")
            return "did not happen"
        case .otherCard, .undetermined, .unresolved:
            Issue.record("\(point.name) \(torn): \(outcome)")
            return "wrong"
        }
    }

    /// A tap whose DEBIT was carried out, or not, and its answer lost; the log closed, no proof filed.
    private func torn(_ interference: Interference) throws -> (Tap, PurchaseIntent) {
        let card = try usedCard(TornCase(serial: .counted, isLogFree: false, isProofErased: false))
        var tap = Tap(card, campus, [5: interference])
        _ = try tap.run(meals.machine(window: 2))
        return (tap, try #require(tap.intents.first))
    }

    private func result(_ tap: Tap, _ intent: PurchaseIntent) throws -> TornPurchaseResult {
        var asked = Tap(tap.card, campus)
        return try asked.run(TornPurchaseMachine(profile: meals.profile(), intent: intent))
    }

    @Test("with a closed log the record on the card proves the purchase")
    func recordProves() throws {
        let (tap, intent) = try torn(.lostAfter)
        guard case .committed(let findings, .compoundRecord) = try result(tap, intent) else {
            Issue.record("not committed")
            return
        }
        #expect(findings.record == .ours)
        #expect(!findings.isLogReadable)
        #expect(findings.proofs.count == 1)
    }

    @Test("the transaction proof is asked for with type 09, after the record")
    func order() throws {
        var (tap, intent) = try torn(.lostAfter)
        // Then the card proves that it is genuine.
        let proof: [UInt8] = [0xA4, 0x50, 0x70, 0x54, 0x72]
        #expect(try recover(&tap, intent).commands == [0xA4, 0x5C, 0xB2, 0xB2, 0x5A, 0x5A] + proof)
        var (unpaid, other) = try torn(.lostBefore)
        #expect(try recover(&unpaid, other).commands == [0xA4, 0x5C, 0xB2, 0xB2, 0x5A, 0x5A, 0x50] + proof)
    }

    @Test("the same amount paid elsewhere is not taken for ours: the record has not changed")
    func paidElsewhere() throws {
        let (tap, intent) = try torn(.lostBefore)
        var elsewhere = Tap(tap.card, campus)
        _ = try elsewhere.run(meals.machine(profile: campus.profile))
        guard case .suspense(let findings) = try result(elsewhere, intent) else {
            Issue.record("taken for ours")
            return
        }
        #expect(findings.record == .notOurs)
    }

    @Test("a card that paid and was topped up by the same amount is not called unpaid")
    func toppedUp() throws {
        let (tap, intent) = try torn(.lostAfter)
        var changed = try memory(tap)
        changed.balance += 300
        guard case .suspense = try result(Tap(campus.card(changed), campus), intent) else {
            Issue.record("called unpaid")
            return
        }
    }

    @Test("another card leaves the purchase as it is")
    func otherCard() throws {
        let (tap, intent) = try torn(.lostAfter)
        var other = try memory(tap)
        other.information = try campus.otherInformation()
        #expect(try result(Tap(campus.card(other), campus), intent) == .otherCard)
    }
}
