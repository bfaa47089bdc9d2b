import Payments
import Simulation
import SmartCards
import Testing

/// What of a re-presented card can be read and checked.
struct TornCase: Sendable, CustomStringConvertible {
    let serial: PurseCardBehavior.ProofSerial
    let isLogFree: Bool
    let isProofErased: Bool

    var description: String {
        (serial == .initialized ? "S" : "S+1") + (isLogFree ? " log" : " no log") + (isProofErased ? " erased" : "")
    }

    static let all: [TornCase] = PurseCardBehavior.ProofSerial.allCases.flatMap { serial in
        [true, false].flatMap { log in
            [false, true].map { TornCase(serial: serial, isLogFree: log, isProofErased: $0) }
        }
    }
}

/// Where a purchase is torn.
struct TearPoint: Sendable {
    let name: String
    let interferences: [Int: Interference]
    /// The card leaves after its answer and the secure module cannot check it.
    let isUnchecked: Bool

    init(name: String, _ interferences: [Int: Interference], isUnchecked: Bool = false) {
        self.name = name
        self.interferences = interferences
        self.isUnchecked = isUnchecked
    }
}

/// Who can check the codes of a transaction proof.
enum Checker: String, Sendable, CaseIterable {
    case nobody
    case tacKey
    case openSession
}

@Suite("Torn purchases")
struct TornPurchaseTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    /// The card exchanges of a purchase, and what tears it: the command lost, the answer lost, one byte of it, the
    /// answer without its status. The card leaving after an answer is the next command lost.
    static let points: [TearPoint] = {
        var points: [TearPoint] = []
        for (index, name) in ["SELECT", "INITIALIZE", "DEBIT"].enumerated() {
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

    private func purchase(_ amount: UInt32, minute: Int = 30) -> PursePurchaseMachine {
        var time = campus.time
        time.minute = minute
        return PursePurchaseMachine(profile: campus.profile, amount: amount, terminal: campus.terminal, time: time)
    }

    /// A card that has paid the same amount before, so that its older proof is there to mislead.
    private func usedCard(_ torn: TornCase) throws -> any VirtualCard {
        var memory = campus.memory()
        memory.behavior.proofSerial = torn.serial
        memory.behavior.isLogFree = torn.isLogFree
        memory.behavior.initializeErasesProof = torn.isProofErased
        var tap = Tap(campus.card(memory), campus)
        _ = try tap.run(purchase(300, minute: 10))
        return tap.card
    }

    private func resolve(
        _ tap: inout Tap, _ intent: PurchaseIntent, _ checker: Checker
    ) throws -> (result: TornPurchaseResult, commands: [UInt8]) {
        tap.card.powerOn()
        tap.interferences = [:]
        tap.exchanges = []
        var machine = TornPurchaseMachine(profile: campus.profile, intent: intent)
        var action = machine.receive(.started)
        while true {
            switch action {
            case .finish(let result): return (result, tap.exchanges)
            case .transmit(let command): action = machine.receive(.cardAnswered(tap.transmit(command) ?? []))
            case .checkTAC(let transaction):
                guard case .purchase(let evidence) = transaction else {
                    Issue.record("another transaction's TAC")
                    return (.otherCard, tap.exchanges)
                }
                let isRight = evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication)
                action = machine.receive(.checked(checker != .tacKey ? .notPossible : isRight ? .right : .wrong))
            case .checkMAC2(let mac2):
                #expect(mac2 != [0, 0, 0, 0])
                guard checker == .openSession else {
                    action = machine.receive(.checked(.notPossible))
                    continue
                }
                let isRight = try tap.module.credit(mac2: mac2)
                #expect(isRight, "a wrong MAC2 counts against the secure module")
                action = machine.receive(.checked(isRight ? .right : .wrong))
            case .initializeSecureModule, .drawRandom, .admit, .persistIntent, .requestLoad:
                Issue.record("a torn purchase is looked up without \(action)")
                return (.otherCard, tap.exchanges)
            }
        }
    }

    @Test("the same amount, paid here in the very second before, is not taken for ours", arguments: [false, true])
    func sameSecond(isDebited: Bool) throws {
        for torn in TornCase.all {
            var before = Tap(try usedCard(torn), campus)
            _ = try before.run(purchase(300))
            var tap = Tap(before.card, campus, [3: isDebited ? .lostAfter : .lostBefore])
            _ = try tap.run(purchase(300))
            let intent = try #require(tap.intents.first)
            let result = try resolve(&tap, intent, .nobody).result
            switch result {
            case .notDebited(_, confirmedBy: .serialUnchanged): #expect(!isDebited, "\(torn)")
            case .committed, .committedProvisional: #expect(isDebited, "\(torn)")
            default: Issue.record("\(torn): \(result)")
            }
        }
    }

    @Test("every tear of a purchase is resolved as the card's balance says", arguments: Checker.allCases)
    func matrix(checker: Checker) throws {
        var table = "torn purchases, codes checked by \(checker.rawValue)\n"
        table += "columns: " + TornCase.all.map(\.description).joined(separator: " | ") + "\n"
        var outcomes: Set<String> = []
        for point in Self.points {
            var cells: [String] = []
            for torn in TornCase.all {
                let cell = try tear(torn, point, checker)
                outcomes.insert(cell)
                cells.append(cell)
            }
            table += point.name + ": " + cells.joined(separator: " | ") + "\n"
        }
        print(table)
        #expect(outcomes.isSuperset(of: ["no intent", "not debited", "committed logRecord", "provisional"]))
    }

    private func tear(_ torn: TornCase, _ point: TearPoint, _ checker: Checker) throws -> String {
        var tap = Tap(try usedCard(torn), campus, point.interferences)
        tap.moduleFailsToCheck = point.isUnchecked
        let purchaseResult = try tap.run(purchase(300))
        let balance = try memory(tap).balance
        guard let intent = tap.intents.first else {
            guard case .failed = purchaseResult else {
                Issue.record("a tear without an intent is a failure: \(purchaseResult)")
                return "wrong"
            }
            #expect(balance == 9_700)
            return "no intent"
        }
        guard case .unknown = purchaseResult else {
            Issue.record("a torn DEBIT is unknown: \(purchaseResult)")
            return "wrong"
        }
        if torn.isProofErased {
            // Another terminal begins a purchase and loses the card.
            tap.card.powerOn()
            _ = tap.card.transmit(campus.profile.selectCommand.bytes)
            _ = tap.card.transmit(
                PurseCommand.initializeForPurchase(keyIndex: 1, amount: 1, terminal: campus.terminal).bytes)
        }
        let (result, commands) = try resolve(&tap, intent, checker)
        #expect(!commands.contains(0x54), "never a new debit")
        #expect(try memory(tap).balance == balance)
        switch result {
        case .committed(_, let proof):
            #expect(balance == 9_400, "\(torn)")
            return "committed \(proof.rawValue)"
        case .committedProvisional:
            #expect(balance == 9_400, "\(torn)")
            return "provisional"
        case .notDebited:
            #expect(balance == 9_700, "\(torn)")
            return "not debited"
        case .otherCard, .suspense, .unresolved:
            Issue.record("\(torn): \(result)")
            return "wrong"
        }
    }

    private func memory(_ tap: Tap) throws -> PurseCardMemory {
        try #require(tap.card as? SimulatedPurseCard).memory
    }

    /// A tap whose DEBIT was carried out, or not, and its answer lost.
    private func torn(_ interference: Interference, log: Bool = true) throws -> (Tap, PurchaseIntent) {
        let card = try usedCard(TornCase(serial: .counted, isLogFree: log, isProofErased: false))
        var tap = Tap(card, campus, [3: interference])
        _ = try tap.run(purchase(300))
        return (tap, try #require(tap.intents.first))
    }

    @Test("the card is asked in the order of the reference, and INITIALIZE comes last or not at all")
    func order() throws {
        var (paid, paidIntent) = try torn(.lostAfter)
        #expect(try resolve(&paid, paidIntent, .nobody).commands == [0xA4, 0x5C, 0xB2, 0x5A, 0x5A])
        var (unpaid, unpaidIntent) = try torn(.lostBefore)
        #expect(try resolve(&unpaid, unpaidIntent, .nobody).commands == [0xA4, 0x5C, 0xB2, 0xB2, 0x5A, 0x5A, 0x50])
    }

    @Test("another card does not disturb the torn purchase")
    func otherCard() throws {
        let (tap, intent) = try torn(.lostAfter)
        var memory = try memory(tap)
        var bytes = memory.information.bytes
        bytes[19] ^= 0x01
        memory.information = try PublicInformation(decoding: bytes)
        var other = Tap(campus.card(memory), campus)
        let (result, commands) = try resolve(&other, intent, .nobody)
        #expect(result == .otherCard)
        #expect(commands == [0xA4])
        var identity = Tap(SimulatedIdentityCard(identifier: [4, 5, 6, 7]), campus)
        #expect(try resolve(&identity, intent, .nobody).result == .otherCard)
    }

    @Test("a card that proved itself elsewhere for nothing is still not debited")
    func provedElsewhere() throws {
        var (tap, intent) = try torn(.lostBefore)
        tap.interferences = [:]
        _ = try tap.run(purchase(0, minute: 40))
        guard case .notDebited(_, .logRecordAbsent) = try resolve(&tap, intent, .nobody).result else {
            Issue.record("not recognised")
            return
        }
    }

    @Test("the same amount paid elsewhere is not taken for ours", arguments: [true, false], Checker.allCases)
    func sameAmountElsewhere(log: Bool, checker: Checker) throws {
        var (tap, intent) = try torn(.lostBefore, log: log)
        tap.card.powerOn()
        var elsewhere = Tap(tap.card, campus)
        _ = try elsewhere.run(purchase(300, minute: 40))
        tap.card = elsewhere.card
        // Whoever used the card, the session of our purchase is gone.
        let checker = checker == .openSession ? Checker.nobody : checker
        switch try resolve(&tap, intent, checker).result {
        case .suspense: break
        case .committedProvisional: #expect(!log && checker == .nobody, "nothing else is readable")
        case let result: Issue.record("\(result)")
        }
    }

    /// Card and log cannot tell the two purchases apart by amount and time; the serial that the card counts can.
    @Test("the purchase before, of the same amount in the same second, is not taken for a torn one")
    func sameSecond() throws {
        for (interference, isPaid) in [(Interference.lostBefore, false), (.lostAfter, true)] {
            var before = Tap(campus.card(campus.memory()), campus)
            _ = try before.run(purchase(300))
            var tap = Tap(before.card, campus, [3: interference])
            _ = try tap.run(purchase(300))
            switch try resolve(&tap, try #require(tap.intents.first), .nobody).result {
            case .notDebited(_, .serialUnchanged): #expect(!isPaid)
            case .committed(_, .logRecord): #expect(isPaid)
            case let result: Issue.record("\(result)")
            }
        }
    }

    @Test("a card debited and topped up again is never called not debited")
    func toppedUp() throws {
        for log in [true, false] {
            let (tap, intent) = try torn(.lostAfter, log: log)
            var memory = try memory(tap)
            memory.balance += 300
            var after = Tap(campus.card(memory), campus)
            switch try resolve(&after, intent, .nobody).result {
            case .committed(_, .logRecord) where log: break
            case .suspense where !log: break
            case let result: Issue.record("log \(log): \(result)")
            }
        }
    }

    @Test(
        "a card that paid elsewhere since still shows in its log whether the torn purchase took money",
        arguments: [Interference.lostAfter, .lostBefore])
    func paidElsewhereSince(_ interference: Interference) throws {
        let (tap, intent) = try torn(interference)
        var elsewhere = Tap(tap.card, campus)
        _ = try elsewhere.run(purchase(0, minute: 40))
        _ = try elsewhere.run(purchase(125, minute: 41))
        let result = try resolve(&elsewhere, intent, .nobody).result
        switch (interference, result) {
        case (.lostAfter, .committed(_, .logRecord)), (.lostBefore, .notDebited(_, .logRecordAbsent)): break
        default: Issue.record("\(interference): \(result)")
        }
    }

    @Test("a card that paid elsewhere more often than its log remembers cannot tell", arguments: [true, false])
    func logOverrun(wasDebited: Bool) throws {
        let (tap, intent) = try torn(wasDebited ? .lostAfter : .lostBefore)
        var elsewhere = Tap(tap.card, campus)
        for minute in 0..<11 { _ = try elsewhere.run(purchase(10, minute: 30 + minute)) }
        guard case .suspense = try resolve(&elsewhere, intent, .nobody).result else {
            Issue.record("guessed")
            return
        }
    }

    @Test("a MAC of zeros never reaches a secure module, and the purchase is provisional")
    func zeroMAC() throws {
        var memory = campus.memory()
        memory.behavior.givesProofMAC = false
        memory.behavior.isLogFree = false
        var tap = Tap(campus.card(memory), campus, [3: .lostAfter])
        _ = try tap.run(purchase(300))
        let intent = try #require(tap.intents.first)
        guard case .committedProvisional(let findings) = try resolve(&tap, intent, .openSession).result else {
            Issue.record("not provisional")
            return
        }
        #expect(findings.proofs.count == 1)
        #expect(findings.proofs.first?.mac == nil)
    }

    @Test("a card that leaves again stays unresolved at every exchange")
    func tornAgain() throws {
        let (tap, intent) = try torn(.lostAfter)
        for count in 0..<5 {
            var tap = tap
            tap.card.powerOn()
            tap.interferences = [:]
            var machine = TornPurchaseMachine(profile: campus.profile, intent: intent)
            var action = machine.receive(.started)
            for _ in 0..<count {
                guard case .transmit(let command) = action else { break }
                action = machine.receive(.cardAnswered(tap.transmit(command) ?? []))
            }
            #expect(machine.receive(.cardFailed) == .finish(.unresolved(.communicationFailed)))
        }
    }

    @Test("random answers end the machine", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        let (_, intent) = try torn(.lostAfter)
        var generator = SeededGenerator(seed: seed)
        var machine = TornPurchaseMachine(profile: campus.profile, intent: intent)
        var action = machine.receive(.started)
        var exchanges = 0
        while case .transmit = action {
            exchanges += 1
            try #require(exchanges < 100)
            let count = [0, 1, 2, 4, 8, 15, 23, 258].randomElement(using: &generator) ?? 0
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // The first two exchanges name our card, so that the noise reaches the rest.
            let answer: [UInt8] =
                switch exchanges {
                case 1: [0x90, 0x00]
                case 2: intent.information.bytes + [0x90, 0x00]
                default: bytes + [0x90, 0x00]
                }
            action = machine.receive(.cardAnswered(answer))
        }
        guard case .finish(let result) = action else {
            Issue.record("\(action)")
            return
        }
        if case .committed = result { Issue.record("noise proved a purchase") }
    }

    @Test("a locked card stays unresolved")
    func locked() throws {
        let (tap, intent) = try torn(.lostAfter)
        var memory = try memory(tap)
        memory.isApplicationLocked = true
        var locked = Tap(campus.card(memory), campus)
        #expect(try resolve(&locked, intent, .nobody).result == .unresolved(.applicationLocked))
    }
}
