import Payments
import Simulation
import SmartCards
import Testing

@Suite("A tap on a DESFire card")
struct DESFireDebitMachineTests {
    static let campuses: [DESFireCampus] = {
        do { return try DESFireCampus.all() } catch { return [] }
    }()

    private func campus(proves: Bool = true) throws -> DESFireCampus {
        try DESFireCampus(.ev3, .ev2, communication: 0x03, provesTransactions: proves)
    }

    @Test("a debit changes value and record together", arguments: campuses)
    func debit(campus: DESFireCampus) throws {
        var tap = DESFireTap(campus.card())
        guard case .debited(let evidence) = try tap.run(campus.machine()) else {
            Issue.record("not debited")
            return
        }
        #expect(evidence.messaging == campus.messaging)
        #expect(evidence.uid == campus.uid)
        #expect(evidence.card == .purse(applicationSerial: campus.identity))
        #expect(evidence.valueBefore == 1_000)
        #expect(campus.value(of: tap.card) == 700)
        #expect(campus.records(of: tap.card).last == evidence.record.bytes)
        #expect(evidence.record.bytes.prefix(6) == campus.terminal.bytes[...])
        #expect(evidence.record.bytes.suffix(4) == [0x00, 0x00, 0x01, 0x2C])
        #expect(
            tap.admissions == [CardEvidence(card: .purse(applicationSerial: campus.identity), proof: .proven)])
        #expect(tap.exchanges.count == 11)
        #expect((evidence.transactionMAC != nil) == campus.provesTransactions)
        #expect(
            evidence.isGenuine(underTransactionMACKey: campus.transactionMACKey)
                == (campus.provesTransactions ? true : nil))
    }

    @Test("two debits of one terminal have different marks")
    func marks() throws {
        let campus = try campus()
        var tap = DESFireTap(campus.card())
        _ = try tap.run(campus.machine())
        _ = try tap.run(campus.machine())
        #expect(Set(tap.intents).count == 2)
        #expect(Set(campus.records(of: tap.card).suffix(2)).count == 2)
        #expect(campus.value(of: tap.card) == 400)
    }

    @Test("amount zero identifies the card and touches no file of the purse", arguments: campuses)
    func identify(campus: DESFireCampus) throws {
        var tap = DESFireTap(campus.card())
        #expect(
            try tap.run(campus.machine(0, campus.profile(tender: .account)))
                == .identified(.purse(applicationSerial: campus.identity)))
        #expect(!tap.exchanges.contains(0x6C) && !tap.exchanges.contains(0xC7))
        #expect(tap.admissions.isEmpty && tap.intents.isEmpty)
    }

    @Test("a short identity is filled up, and the UID can be the identity")
    func identities() throws {
        let campus = try campus()
        var tap = DESFireTap(campus.card())
        let file = DESFireProfile.File(number: 1, communication: .full)
        let short = campus.profile(identity: .file(file, length: 2), tender: .account)
        #expect(
            try tap.run(campus.machine(0, short))
                == .identified(.purse(applicationSerial: [0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x26])))
        let uid = campus.profile(identity: .uid, tender: .account)
        #expect(try tap.run(campus.machine(0, uid)) == .identified(.uid(campus.uid)))
        guard case .debited(let evidence) = try tap.run(campus.machine(100, campus.profile(identity: .uid))) else {
            Issue.record("not debited")
            return
        }
        #expect(evidence.card == .uid(campus.uid))
        #expect(evidence.isGenuine(underTransactionMACKey: campus.transactionMACKey) == true)
    }

    @Test("a value below the amount, or down to its lower limit, is not touched")
    func insufficient() throws {
        let campus = try campus()
        var poor = DESFireTap(campus.card(campus.memory(value: 299)))
        #expect(try poor.run(campus.machine()) == .failed(.insufficientValue))
        #expect(campus.value(of: poor.card) == 299)
        #expect(poor.admissions.isEmpty)
        var memory = campus.memory()
        memory.files[2]?.content = .value(1_000, lowerLimit: 800, upperLimit: 100_000)
        var limited = DESFireTap(campus.card(memory))
        #expect(try limited.run(campus.machine()) == .failed(.insufficientValue))
        #expect(campus.value(of: limited.card) == 1_000)
    }

    @Test("a card that is not admitted, or whose intent cannot be stored, is not debited")
    func stopped() throws {
        let campus = try campus()
        var refused = DESFireTap(campus.card())
        refused.isAdmitted = false
        #expect(try refused.run(campus.machine()) == .failed(.notAdmitted))
        #expect(!refused.exchanges.contains(0xDC))
        var unstored = DESFireTap(campus.card())
        unstored.storesIntents = false
        #expect(try unstored.run(campus.machine()) == .failed(.intentNotStored))
        #expect(!unstored.exchanges.contains(0xC7))
        unstored.card.powerOn()
        #expect(campus.value(of: unstored.card) == 1_000)
    }

    @Test("a bare success is never believed", arguments: campuses)
    func bareSuccess(campus: DESFireCampus) throws {
        for exchange in 2...11 {
            var tap = DESFireTap(campus.card(), [exchange: .refused([0x91, 0x00])])
            let result = try tap.run(campus.machine())
            switch result {
            case .failed: #expect(exchange < 11)
            case .unknown(_, .answerMalformed), .unknown(_, .notAuthentic): #expect(exchange == 11)
            case .debited, .identified: Issue.record("\(campus), exchange \(exchange): believed")
            case .unknown: Issue.record("\(campus), exchange \(exchange): \(result)")
            }
            // Plain commands of EV2 are confirmed by their status alone; the commit is not.
        }
    }

    @Test("a changed byte in an answer ends the tap in MAC and full mode", arguments: campuses, 6...11)
    func changed(campus: DESFireCampus, exchange: Int) throws {
        var tap = DESFireTap(campus.card(), [exchange: .corrupted])
        let result = try tap.run(campus.machine())
        switch (exchange, result) {
        case (6, .failed(.notAuthenticated)): break
        case (7...10, .failed(.notAuthentic)), (11, .unknown(_, .notAuthentic)): break
        case (7...10, .debited): #expect(campus.communication == 0 && campus.messaging == .ev2, "plain mode of EV2")
        default: Issue.record("\(campus), exchange \(exchange): \(result)")
        }
        if exchange < 11, case .failed = result {
            tap.card.powerOn()
            #expect(campus.value(of: tap.card) == 1_000)
        }
    }

    @Test("endless frames are given up")
    func endless() throws {
        let campus = try campus()
        for exchange in 1...11 {
            let endless = Dictionary(
                uniqueKeysWithValues: (exchange...40).map { ($0, Interference.refused([0x91, 0xAF])) })
            var tap = DESFireTap(campus.card(), endless)
            switch try tap.run(campus.machine()) {
            case .failed: #expect(exchange < 11)
            case .unknown: #expect(exchange == 11)
            case .debited, .identified: Issue.record("believed")
            }
        }
    }

    @Test("a commit that the card refuses in its checks failed, one that its memory refuses is unknown")
    func refusedCommit() throws {
        let campus = try campus()
        var denied = DESFireTap(campus.card(), [11: .refused([0x91, 0x9D])])
        #expect(try denied.run(campus.machine()) == .failed(.cardFault(.permissionDenied, .commit)))
        var memory = campus.memory()
        for failure in [DESFireCardMemory.CommitFailure.unchanged, .changed] {
            memory.commitFailure = failure
            var tap = DESFireTap(campus.card(memory))
            guard case .unknown(_, .status(.memoryError)) = try tap.run(campus.machine()) else {
                Issue.record("not unknown")
                continue
            }
            #expect(campus.value(of: tap.card) == (failure == .changed ? 700 : 1_000))
        }
    }

    @Test("foreign cards are told apart from cards with a wrong key")
    func foreign() throws {
        let campus = try campus()
        var other = campus.memory()
        other.application = [1, 2, 3]
        var unknown = DESFireTap(campus.card(other))
        #expect(try unknown.run(campus.machine()) == .failed(.notThisProfile))
        var notDESFire = DESFireTap(campus.card(), [1: .refused([0x6D, 0x00])])
        #expect(try notDESFire.run(campus.machine()) == .failed(.notThisProfile))
        var wrong = campus.memory()
        wrong.keys[1] = try aesKey("00000000000000000000000000000000")
        var counterfeit = DESFireTap(campus.card(wrong))
        #expect(try counterfeit.run(campus.machine()) == .failed(.notAuthenticated))
        wrong.keys[1] = nil
        var keyless = DESFireTap(campus.card(wrong))
        #expect(try keyless.run(campus.machine()) == .failed(.notAuthenticated))
    }

    @Test("random answers end the machine", arguments: 1...60 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        let campus = try campus()
        var generator = SeededGenerator(seed: seed)
        let from = Int(seed % 11) + 1
        let noise = (from...60).map { exchange in
            let count = [0, 1, 2, 8, 16, 17, 32, 40, 257].randomElement(using: &generator) ?? 0
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let status: [UInt8] = [0x91, [0x00, 0x00, 0xAF, 0xAE, 0xBE].randomElement(using: &generator) ?? 0]
            return (exchange, Interference.refused(bytes + status))
        }
        var tap = DESFireTap(campus.card(), Dictionary(uniqueKeysWithValues: noise))
        switch try tap.run(campus.machine()) {
        case .debited, .identified: Issue.record("believed")
        case .failed, .unknown: break
        }
    }
}
