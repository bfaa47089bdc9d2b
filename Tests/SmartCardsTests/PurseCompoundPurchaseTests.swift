import Payments
import Simulation
import SmartCards
import Testing

/// A campus whose meals are counted on the card: record 0A of file 19, once per window, twice and ¥20.00 per day.
struct MealCampus {
    let campus: LabCampus
    let limits = MealLimits(countPerWindow: 1, amountPerWindow: 1_500, countPerDay: 2, amountPerDay: 2_000)

    init() throws { campus = try LabCampus() }

    func record(
        _ selection: CompoundRecord.Selection = .identifier(0x0A), _ limits: MealLimits? = nil
    ) -> CompoundRecord {
        CompoundRecord(shortFile: 0x19, selection: selection, limits: limits ?? self.limits)
    }

    func profile(_ record: CompoundRecord? = nil, tender: Tender = .account) -> PurseProfile {
        campus.profile(purchase: .compound(record ?? self.record()), tender: tender)
    }

    func memory(_ content: [UInt8] = MealCounter(identifier: 0x0A).bytes) -> PurseCardMemory {
        var memory = campus.memory()
        memory.behavior.compoundRecords = [[0x01, 0x02, 0x03], content]
        return memory
    }

    func machine(
        _ amount: UInt32 = 300, window: UInt8 = 1, time: CalendarTime? = nil, profile: PurseProfile? = nil
    ) -> PursePurchaseMachine {
        PursePurchaseMachine(
            profile: profile ?? self.profile(), amount: amount, terminal: campus.terminal, time: time ?? campus.time,
            window: window)
    }

    /// What `memory` holds in its meal record.
    static func counter(_ memory: PurseCardMemory) throws -> MealCounter {
        try #require(MealCounter(bytes: memory.behavior.compoundRecords[1]))
    }
}

/// The memory of the card in a tap.
func memory(_ tap: Tap) throws -> PurseCardMemory { try #require(tap.card as? SimulatedPurseCard).memory }

@Suite("Compound purchases")
struct PurseCompoundPurchaseTests {
    let meals: MealCampus
    var campus: LabCampus { meals.campus }

    init() throws { meals = try MealCampus() }

    @Test("purse and meal record change together, in seven exchanges where a simple purchase takes five")
    func together() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        guard case .purchased(let evidence) = try tap.run(meals.machine()) else {
            Issue.record("not purchased")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xB2, 0x50, 0x70, 0xDC, 0x54, 0x72])
        #expect(evidence.transaction.type == 0x09)
        #expect(tap.moduleRequests.first?.transactionType == 0x09)
        #expect(evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        let after = try memory(tap)
        #expect(after.balance == 9_700)
        #expect(
            try after.behavior.compoundRecords[1]
                == hex(
                    "0A 1E 01 20260901 01 01 01 0000012C 0000012C 001122334455 113005 0000000000"))
        #expect(after.behavior.compoundRecords[0] == [0x01, 0x02, 0x03])
        #expect(after.log.first?[9] == 0x09)
        #expect(evidence.compound?.before == MealCounter(identifier: 0x0A))
        #expect(evidence.compound?.after.bytes == after.behavior.compoundRecords[1])
        var simple = Tap(campus.card(meals.memory()), campus)
        _ = try simple.run(meals.machine(profile: campus.profile))
        #expect(simple.exchanges == [0xA4, 0x50, 0x70, 0x54, 0x72])
        #expect(try memory(simple).behavior.compoundRecords == meals.memory().behavior.compoundRecords)
    }

    @Test("the record is found by its number too, whatever its identifier")
    func number() throws {
        let card = campus.card(meals.memory(MealCounter(identifier: 0x55).bytes))
        var tap = Tap(card, campus)
        guard case .purchased = try tap.run(meals.machine(profile: meals.profile(meals.record(.number(2))))) else {
            Issue.record("not purchased")
            return
        }
        #expect(try MealCampus.counter(memory(tap)).countOnDay == 1)
    }

    @Test("the card must be admitted before its record is read")
    func admission() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        tap.isAdmitted = false
        #expect(try tap.run(meals.machine()) == .failed(.notAdmitted))
        #expect(tap.exchanges == [0xA4])
        #expect(tap.admissions.first?.validThrough == 19_981_215, "whether it has expired is the driver's question")
    }

    @Test(
        "a used-up meal is refused before any money moves",
        arguments: [
            (MealLimits(countPerWindow: 1), MealLimits.Limit.countPerWindow),
            (MealLimits(amountPerWindow: 599), .amountPerWindow), (MealLimits(countPerDay: 1), .countPerDay),
            (MealLimits(amountPerDay: 599), .amountPerDay),
        ])
    func usedUp(limits: MealLimits, limit: MealLimits.Limit) throws {
        let profile = meals.profile(meals.record(.identifier(0x0A), limits), tender: .purse)
        var first = Tap(campus.card(meals.memory()), campus)
        guard case .purchased = try first.run(meals.machine(profile: profile)) else {
            Issue.record("the first meal is refused")
            return
        }
        var second = Tap(first.card, campus)
        #expect(try second.run(meals.machine(profile: profile)) == .failed(.notEntitled(.entitlementUsedUp(limit))))
        #expect(second.exchanges == [0xA4, 0xB2])
        #expect(second.intents.isEmpty)
        #expect(try memory(second) == memory(first))
        var probed = Tap(first.card, campus)
        let probe = CardProbe(
            profiles: [.purse(profile)], amount: 300, terminal: campus.terminal, time: campus.time, window: 1)
        guard case .refused(let refusal) = try probed.run(probe) else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .entitlementUsedUp)
        #expect(refusal.number == 1331)
        #expect(refusal.englishText == "this meal is already used on the card")
        #expect(refusal.chineseText == "本餐次或当日额度已用完")
        #expect(refusal.detail == limit.rawValue)
    }

    @Test("an amount exactly at its limits is paid")
    func atLimit() throws {
        let limits = MealLimits(countPerWindow: 2, amountPerWindow: 600, countPerDay: 2, amountPerDay: 600)
        let profile = meals.profile(meals.record(.identifier(0x0A), limits))
        var tap = Tap(campus.card(meals.memory()), campus)
        for _ in 1...2 {
            tap = Tap(tap.card, campus)
            guard case .purchased = try tap.run(meals.machine(profile: profile)) else {
                Issue.record("refused at the limit")
                return
            }
        }
        #expect(try memory(tap).balance == 9_400)
    }

    @Test("the next window gives the next meal, the next day everything")
    func windows() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        _ = try tap.run(meals.machine(window: 1))
        tap = Tap(tap.card, campus)
        _ = try tap.run(meals.machine(window: 2))
        var counter = try MealCampus.counter(memory(tap))
        #expect(counter.window == 2)
        #expect(counter.countInWindow == 1)
        #expect(counter.amountInWindow == 300)
        #expect(counter.countOnDay == 2)
        #expect(counter.amountOnDay == 600)
        tap = Tap(tap.card, campus)
        #expect(
            try tap.run(meals.machine(window: 3)) == .failed(.notEntitled(.entitlementUsedUp(.countPerDay))))
        var tomorrow = campus.time
        tomorrow.day += 1
        tap = Tap(tap.card, campus)
        _ = try tap.run(meals.machine(400, window: 3, time: tomorrow))
        counter = try MealCampus.counter(memory(tap))
        #expect(counter.day == 20_260_902)
        #expect(counter.countOnDay == 1)
        #expect(counter.amountOnDay == 400)
        #expect(try memory(tap).balance == 9_000)
    }

    @Test("a record that counts no further is used up, not turned over")
    func full() throws {
        var bytes = try hex("0A 1E 01 20260901 01 FF 01 00000000 00000000 001122334455 113005 0000000000")
        let profile = meals.profile(meals.record(.identifier(0x0A), MealLimits()))
        var tap = Tap(campus.card(meals.memory(bytes)), campus)
        #expect(
            try tap.run(meals.machine(profile: profile))
                == .failed(.notEntitled(.entitlementUsedUp(.countPerWindow))))
        bytes.replaceSubrange(8..<18, with: try hex("01 01 00000000 FFFFFFFF"))
        tap = Tap(campus.card(meals.memory(bytes)), campus)
        #expect(
            try tap.run(meals.machine(profile: profile)) == .failed(.notEntitled(.entitlementUsedUp(.amountPerDay))))
    }

    @Test("a record from a later day is refused, so that two clocks do not give two meals")
    func laterDay() throws {
        var tomorrow = campus.time
        tomorrow.day += 1
        var tap = Tap(campus.card(meals.memory()), campus)
        _ = try tap.run(meals.machine(time: tomorrow))
        var today = Tap(tap.card, campus)
        let result = try today.run(meals.machine())
        #expect(result == .failed(.notEntitled(.recordUnusable(.laterDay))))
        #expect(try memory(today) == memory(tap))
    }

    @Test(
        "a card without the record, or with another's, fails clearly and keeps everything",
        arguments: [
            (nil, 1332), ("0B 1E 01", 1332), ("0A 1D 01", 1333), ("0A 1E 02", 1333), ("0A 1E 01 20261301", 1333),
            ("0A 1E 01 00000000 00 00 00 00000000 00000000 000000000000 000000 0000000001", 1333),
            ("0A 1E 01 00000000 00 00 00 00000000 00000000 000000000000 0A0000 0000000000", 1333),
        ] as [(String?, Int)])
    func unusable(text: String?, number: Int) throws {
        var memory = campus.memory()
        if let text {
            let bytes = try hex(text)
            let rest = [UInt8](repeating: 0, count: 32 - bytes.count)
            memory.behavior.compoundRecords = [bytes + rest]
        }
        try expectRefusal(memory, number)
    }

    @Test("a record of another length is refused", arguments: [3, 16, 31, 33, 64])
    func wrongLength(count: Int) throws {
        var memory = campus.memory()
        memory.behavior.compoundRecords = [[0x0A] + [UInt8](repeating: 0, count: count - 1)]
        try expectRefusal(memory, 1333)
    }

    private func expectRefusal(_ memory: PurseCardMemory, _ number: Int) throws {
        var tap = Tap(campus.card(memory), campus)
        let result = try tap.run(meals.machine())
        guard case .failed(let failure) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(CardRefusal(purse: failure).number == number)
        #expect(!tap.exchanges.contains(0x50))
        #expect(try SmartCardsTests.memory(tap) == memory)
    }

    @Test(
        "a card that refuses the new record is never debited",
        arguments: [0x6700, 0x6981, 0x6982, 0x6A82, 0x6A83, 0x6A84, 0x6901] as [UInt16])
    func updateRefused(word: UInt16) throws {
        var tap = Tap(campus.card(meals.memory()), campus, [4: .refused(word.bigEndianBytes(count: 2))])
        #expect(try tap.run(meals.machine()) == .failed(.cardFault(StatusWord(word), .updateRecord)))
        #expect(!tap.exchanges.contains(0x54))
        #expect(try memory(tap) == meals.memory())
    }

    @Test("an answer to UPDATE that carries data is not the card's")
    func updateWithData() throws {
        var tap = Tap(campus.card(meals.memory()), campus, [4: .replaced([0x00, 0x90, 0x00])])
        guard case .failed(.malformedAnswer(_, .updateRecord)) = try tap.run(meals.machine()) else {
            Issue.record("taken for the card's")
            return
        }
        #expect(try memory(tap) == meals.memory())
    }

    @Test("a proof of amount zero is a simple purchase and leaves the record alone")
    func proof() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        guard case .identified(_, .proven, let evidence?) = try tap.run(meals.machine(0)) else {
            Issue.record("not proven")
            return
        }
        #expect(evidence.transaction.type == 0x06)
        #expect(try memory(tap).behavior.compoundRecords == meals.memory().behavior.compoundRecords)
    }

    @Test("a contact card with 61xx and 6Cxx is served")
    func contactCard() throws {
        var memory = meals.memory()
        memory.answersThroughGetResponse = true
        var tap = Tap(campus.card(memory), campus)
        guard case .purchased = try tap.run(meals.machine()) else {
            Issue.record("not purchased")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xC0, 0xB2, 0xC0, 0x50, 0xC0, 0x70, 0xDC, 0x54, 0xC0, 0x72])
    }

    @Test("the intent has 139 bytes with both records, its evidence 147 with the proof, and both read back")
    func canonicalBytes() throws {
        var tap = Tap(campus.card(meals.memory()), campus)
        guard case .purchased(let evidence) = try tap.run(meals.machine()) else {
            Issue.record("not purchased")
            return
        }
        let intent = try #require(tap.intents.first)
        #expect(intent.canonicalBytes.count == PurchaseIntent.compoundLength)
        #expect(intent.canonicalBytes.count == 139)
        #expect(intent.canonicalBytes.first == 0x05)
        #expect(PurchaseIntent(canonicalBytes: intent.canonicalBytes) == intent)
        let transaction = CardTransactionEvidence.purchase(evidence)
        #expect(transaction.canonicalBytes.count == 147)
        #expect(CardTransactionEvidence(canonicalBytes: transaction.canonicalBytes) == transaction)
        #expect(transaction.amount == 300)
        for count in [0, 1, 72, 80, 138, 140, 146, 148] {
            let bytes = Array((transaction.canonicalBytes + [0]).prefix(count))
            #expect(CardTransactionEvidence(canonicalBytes: bytes) == nil, "\(count) bytes")
        }
        for (offset, byte) in [(0, 0x01), (0, 0x06), (72, 0x00), (72, 0x1F), (73, 0x01), (76, 0x00)] {
            var bytes = transaction.canonicalBytes
            bytes[offset] = UInt8(byte)
            #expect(CardTransactionEvidence(canonicalBytes: bytes) == nil, "byte \(offset)")
        }
        var printed = ""
        dump(intent, to: &printed)
        dump(evidence, to: &printed)
        #expect(!printed.contains("98081700"))
    }

    @Test(
        "random answers end a compound purchase and never look like success", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for step in 1...5 {
            let bytes = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            for tail in [[], [0x90, 0x00], [0x61, 0x10]] as [[UInt8]] {
                var tap = Tap(campus.card(meals.memory()), campus, [step: .replaced(bytes + tail)])
                let result = try tap.run(meals.machine())
                if case .purchased = result { Issue.record("noise was taken for a purchase") }
                let after = try memory(tap)
                let isRecordChanged = after.behavior.compoundRecords != meals.memory().behavior.compoundRecords
                #expect((after.balance != 10_000) == isRecordChanged)
                if isRecordChanged {
                    switch result {
                    case .unknown, .failed(.cardNotGenuine): break
                    default: Issue.record("the card paid and the tap said \(result)")
                    }
                }
            }
        }
    }
}
