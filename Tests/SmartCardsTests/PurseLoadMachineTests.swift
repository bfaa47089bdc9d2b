import Foundation
import Payments
import Simulation
import SmartCards
import Testing

/// A campus that loads purses under the PIN 123456.
struct LoadCampus {
    let campus: LabCampus
    let profile: PurseProfile
    /// The issuer's clock, not the terminal's.
    let time: CalendarTime

    init() throws {
        campus = try LabCampus()
        profile = campus.profile(load: PurseProfile.Load(keyIndex: 1))
        time = try SmartCardsTests.time("20260901113107")
    }

    var granting: LoadAuthority { .granting(loadKey: campus.cardKeys.load, time: time) }

    func pin(_ text: String = "123456") throws -> CardPIN { try #require(CardPIN(try hex(text))) }

    func machine(_ amount: UInt32 = 5_000, pin: CardPIN?, profile: PurseProfile? = nil) throws -> PurseLoadMachine {
        try #require(
            PurseLoadMachine(profile: profile ?? self.profile, amount: amount, terminal: campus.terminal, pin: pin))
    }

    func tap(
        _ memory: PurseCardMemory? = nil, _ interferences: [Int: Interference] = [:], issuer: LoadAuthority? = nil
    ) -> Tap {
        var tap = Tap(campus.card(memory), campus, interferences)
        tap.issuer = issuer ?? granting
        return tap
    }
}

@Suite("Load of a purse")
struct PurseLoadMachineTests {
    let loads: LoadCampus
    var campus: LabCampus { loads.campus }

    init() throws { loads = try LoadCampus() }

    @Test("a load goes through PIN, issuer and one CREDIT, and its evidence satisfies the issuer")
    func load() throws {
        var tap = loads.tap()
        guard case .loaded(let evidence) = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        #expect(tap.exchanges == [0xA4, 0x20, 0xB2, 0x50, 0x01, 0x52])
        let after = try memory(tap)
        #expect(after.balance == 15_000)
        #expect(after.onlineSerial == 1)
        #expect(after.offlineSerial == 0)
        #expect(try after.log.first == hex("0001 000000 00001388 02 001122334455 20260901113107"))
        #expect(evidence.balanceAfter == 15_000)
        #expect(evidence.logHead == .empty)
        #expect(evidence.transaction.time == loads.time)
        #expect(evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        #expect(!evidence.isGenuine(underTACKey: campus.masterTAC))
        let intent = try #require(tap.loadIntents.first)
        #expect(intent.tac == nil)
        #expect(!intent.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
        #expect(tap.loadIntents.count == 1)
    }

    @Test("the load key is not the purchase key, and is diversified over the profile's levels")
    func ownKey() throws {
        let master = try key("F0E1D2C3B4A5968778695A4B3C2D1E0F")
        let factors: [DiversificationFactor] = [.applicationSerial, .issuer, .fixed(try hex("2000FF0000000000"))]
        let keys = PurseCardKeys(
            masterPurchase: campus.masterPurchase, masterTransactionAuthentication: campus.masterTAC,
            masterLoad: master, information: campus.information, factors: factors)
        let card = SimulatedPurseCard(memory: campus.memory(), keys: keys, random: SeededGenerator(seed: 9))
        var tap = Tap(card, campus)
        let cardKey = master.diversified(through: factors.map { $0.bytes(for: campus.information) })
        tap.issuer = .granting(loadKey: cardKey, time: loads.time)
        guard case .loaded = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        var wrong = Tap(card, campus)
        wrong.issuer = loads.granting
        #expect(try wrong.run(loads.machine(pin: loads.pin())) == .failed(.issuer(.refusedByIssuer)))
    }

    @Test("a card that loads without PIN is not sent one")
    func withoutPIN() throws {
        var memory = campus.memory()
        memory.behavior.isLoadFree = true
        let profile = campus.profile(load: PurseProfile.Load(keyIndex: 1, isPINNeeded: false))
        var tap = loads.tap(memory)
        guard case .loaded = try tap.run(loads.machine(pin: loads.pin(), profile: profile)) else {
            Issue.record("not loaded")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xB2, 0x50, 0x01, 0x52])
        var closed = loads.tap()
        #expect(
            try closed.run(loads.machine(pin: nil, profile: profile))
                == .failed(.purse(.cardFault(.securityStatusNotSatisfied, .initialize))))
    }

    @Test("a profile without loads has no machine")
    func noLoads() throws {
        #expect(
            PurseLoadMachine(profile: campus.profile, amount: 1, terminal: campus.terminal, pin: nil) == nil)
    }

    @Test("contact cards load through 61xx")
    func contactCard() throws {
        var memory = campus.memory()
        memory.answersThroughGetResponse = true
        var tap = loads.tap(memory)
        guard case .loaded = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        #expect(tap.exchanges == [0xA4, 0xC0, 0x20, 0xB2, 0x50, 0xC0, 0x01, 0x52, 0xC0])
    }

    @Test("a missing, wrong and blocked PIN are told apart, and the card counts across taps")
    func wrongPIN() throws {
        var missing = loads.tap()
        #expect(try missing.run(loads.machine(pin: nil)) == .failed(.pinMissing))
        #expect(missing.exchanges == [0xA4])
        var tap = loads.tap()
        let expected: [PurseLoadFailure] = [
            .pinWrong(triesLeft: 2), .pinWrong(triesLeft: 1), .pinWrong(triesLeft: 0), .pinBlocked,
        ]
        for failure in expected {
            tap = Tap(tap.card, campus)
            #expect(try tap.run(loads.machine(pin: loads.pin("0000"))) == .failed(failure))
            #expect(tap.exchanges == [0xA4, 0x20])
        }
        tap = Tap(tap.card, campus)
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.pinBlocked), "the right one comes too late")
        #expect(try memory(tap).balance == 10_000)
        let wrong = try #require(CardRefusal(load: .pinWrong(triesLeft: 2)))
        #expect(wrong.number == 1336)
        #expect(wrong.detail == "2 attempts left")
    }

    @Test(
        "a PIN goes out once in a tap, whatever the card answers: each may cost an attempt", arguments: [false, true])
    func pinOnce(isRecovery: Bool) throws {
        var torn = loads.tap(nil, [5: .lostBefore])
        _ = try torn.run(loads.machine(pin: loads.pin()))
        for word in [0x6C00, 0x6C03, 0x6C08] as [UInt16] {
            var tap = loads.tap(nil, [2: .refused(word.bigEndianBytes(count: 2))])
            if isRecovery {
                _ = try tap.run(
                    TornLoadMachine(
                        profile: loads.profile, evidence: try #require(torn.loadIntents.first), pin: loads.pin()))
            } else {
                #expect(
                    try tap.run(loads.machine(pin: loads.pin()))
                        == .failed(.purse(.cardFault(StatusWord(word), .verify))))
            }
            #expect(tap.exchanges.count { $0 == 0x20 } == 1)
        }
    }

    @Test("no description, dump or stored byte shows the PIN")
    func hiddenPIN() throws {
        let pin = try loads.pin("776543")
        var printed = "\(pin) \(String(reflecting: pin))"
        dump(pin, to: &printed)
        var machine = try loads.machine(pin: pin)
        dump(machine, to: &printed)
        _ = machine.receive(.started)
        var selected = campus.card()
        let verify = machine.receive(.cardAnswered(selected.transmit(campus.profile.selectCommand.bytes)))
        guard case .transmit(let sent) = verify, sent.instruction == 0x20 else {
            Issue.record("\(verify)")
            return
        }
        dump(verify, to: &printed)
        dump(machine, to: &printed)
        let command = GeneralCommand.verify(pin: try hex("776543"))
        printed += "\(command) \(String(reflecting: command)) \(CardAction<PurseLoadResult>.transmit(command))"
        dump(CardAction<PurseLoadResult>.transmit(command), to: &printed)
        // The PIN's first byte in decimal, as a dump of bytes would show it.
        #expect(!printed.contains("119"))
        var tap = loads.tap()
        let result = try tap.run(loads.machine(pin: loads.pin("123456")))
        dump(result, to: &printed)
        dump(tap.loadIntents, to: &printed)
        #expect(!printed.contains("776543") && !printed.contains("123456"))
        for bytes in tap.loadIntents.map(\.canonicalBytes) { #expect(!Hex.encode(bytes).contains("123456")) }
        #expect(CardPIN([1]) == nil)
        #expect(CardPIN([1, 2, 3, 4, 5, 6, 7]) == nil)
        // What is not Encodable cannot be stored by mistake.
        let anything: any Sendable = pin
        #expect(!(anything is any Encodable))
    }

    @Test(
        "without a grant nothing happens",
        arguments: [
            (LoadAuthority.refusing, LoadRefusal.refusedByIssuer, 1338),
            (.unreachable, .issuerUnreachable, 1339),
        ])
    func noGrant(issuer: LoadAuthority, refusal: LoadRefusal, number: Int) throws {
        var tap = loads.tap(issuer: issuer)
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.issuer(refusal)))
        #expect(tap.loadIntents.isEmpty)
        #expect(!tap.exchanges.contains(0x52))
        #expect(try memory(tap).balance == 10_000)
        #expect(CardRefusal(load: .issuer(refusal))?.number == number)
    }

    @Test("a wrong MAC2 is refused by the card, which keeps its balance")
    func wrongMAC2() throws {
        var tap = loads.tap(issuer: .wrongMAC2(time: loads.time))
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.grantRefusedByCard))
        #expect(try memory(tap) == campus.memory())
        #expect(CardRefusal(load: .grantRefusedByCard)?.number == 1340)
    }

    @Test("a purse that would overflow is left alone, and so is a serial that is used up")
    func overflow() throws {
        var tap = loads.tap(campus.memory(balance: .max - 4_999))
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.cardFull))
        #expect(tap.exchanges == [0xA4, 0x20, 0xB2, 0x50])
        #expect(CardRefusal(load: .cardFull)?.number == 1341)
        var fits = loads.tap(campus.memory(balance: .max - 5_000))
        guard case .loaded = try fits.run(loads.machine(pin: loads.pin())) else {
            Issue.record("the last fen does not fit")
            return
        }
        #expect(try memory(fits).balance == .max)
        var memory = campus.memory()
        memory.onlineSerial = .max
        var used = loads.tap(memory)
        #expect(try used.run(loads.machine(pin: loads.pin())) == .failed(.cardFull))
        // A card that does not look at the sum itself.
        let answer = try hex("FFFFFFFF 0000 01 00 01020304 05060708 9000")
        var careless = loads.tap(nil, [4: .replaced(answer)])
        #expect(try careless.run(loads.machine(pin: loads.pin())) == .failed(.cardFull))
        #expect(careless.loadRequests.isEmpty)
    }

    @Test("an intent that cannot be stored ends the load without CREDIT")
    func notStored() throws {
        var tap = loads.tap()
        tap.intentFails = true
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.purse(.intentNotStored)))
        #expect(!tap.exchanges.contains(0x52))
        #expect(CardRefusal(load: .purse(.intentNotStored)) == nil)
    }

    @Test("a changed MAC1 never becomes a grant")
    func wrongMAC1() throws {
        var tap = loads.tap(nil, [4: .corrupted])
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(.issuer(.refusedByIssuer)))
        #expect(try memory(tap).balance == 10_000)
    }

    @Test(
        "clear refusals of CREDIT are failures",
        arguments: [
            (0x6700, PurseLoadFailure.purse(.cardFault(.wrongLength, .credit))),
            (0x6901, .purse(.cardFault(.wrongState, .credit))),
            (0x6985, .purse(.cardFault(.conditionsNotSatisfied, .credit))), (0x9302, .grantRefusedByCard),
            (0x9402, .cardFull), (0x6A81, .purse(.applicationLocked)), (0x9303, .purse(.applicationLocked)),
        ] as [(UInt16, PurseLoadFailure)])
    func refusedCredit(word: UInt16, failure: PurseLoadFailure) throws {
        var tap = loads.tap(nil, [5: .refused(word.bigEndianBytes(count: 2))])
        #expect(try tap.run(loads.machine(pin: loads.pin())) == .failed(failure))
        #expect(try memory(tap).balance == 10_000)
    }

    @Test(
        "every other answer to CREDIT leaves the outcome unknown, and there is no second CREDIT",
        arguments: [
            "", "90", "9000", "010203 9000", "0102030405 9000", "6581", "6283", "63C2", "6F00", "9406", "1234", "6C04",
            "61",
        ])
    func unknown(text: String) throws {
        var tap = loads.tap(nil, [5: .replaced(try hex(text))])
        guard case .unknown(let evidence, _) = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not unknown")
            return
        }
        #expect(evidence.tac == nil)
        #expect(tap.exchanges.filter { $0 == 0x52 }.count == 1)
        #expect(tap.loadIntents == [evidence])
        #expect(try memory(tap).balance == 15_000)
    }

    @Test("the newest log record before the load is in the evidence, and a closed log is not missed")
    func logHead() throws {
        var bought = Tap(campus.card(), campus)
        _ = try bought.run(
            PursePurchaseMachine(profile: campus.profile, amount: 300, terminal: campus.terminal, time: campus.time))
        var tap = loads.tap(try memory(bought))
        guard case .loaded(let evidence) = try tap.run(loads.machine(pin: loads.pin())),
            case .record(let record) = evidence.logHead
        else {
            Issue.record("no log head")
            return
        }
        #expect(record.amount == 300)
        #expect(record.bytes == (try memory(bought).log.first))
        var closed = loads.tap(nil, [3: .refused([0x69, 0x82])])
        guard case .loaded(let other) = try closed.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        #expect(other.logHead == .notRead)
    }

    @Test("evidence has 93 bytes of kind 02, 97 with the TAC, and reads back to itself")
    func canonicalBytes() throws {
        var tap = loads.tap()
        guard case .loaded(let evidence) = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        let intent = try #require(tap.loadIntents.first)
        for load in [intent, evidence] {
            let transaction = CardTransactionEvidence.load(load)
            #expect(transaction.canonicalBytes.first == 0x02)
            #expect(transaction.canonicalBytes.count == (load.tac == nil ? 93 : 97))
            #expect(CardTransactionEvidence(canonicalBytes: transaction.canonicalBytes) == transaction)
            #expect(transaction.amount == 5_000)
            #expect(transaction.card == campus.information.card)
        }
        let bytes = evidence.canonicalBytes
        for count in [0, 1, 92, 94, 96, 98] {
            #expect(LoadEvidence(canonicalBytes: Array((bytes + [0]).prefix(count))) == nil)
        }
        for (offset, byte) in [(0, 1), (35, 6), (44, 0x13), (46, 0x24), (69, 3), (70, 1), (20, 0xAA)] as [(Int, UInt8)]
        {
            var wrong = bytes
            wrong[offset] = byte
            let isSerial = offset == 20
            #expect((LoadEvidence(canonicalBytes: wrong) == nil) != isSerial, "byte \(offset)")
        }
        var printed = "\(evidence)"
        dump(CardTransactionEvidence.load(evidence), to: &printed)
        #expect(!printed.contains("98081700"))
    }

    @Test("request and grant read back from their bytes")
    func wireBytes() throws {
        var tap = loads.tap()
        _ = try tap.run(loads.machine(pin: loads.pin()))
        let request = try #require(tap.loadRequests.first)
        #expect(request.canonicalBytes.count == 56)
        #expect(LoadRequest(canonicalBytes: request.canonicalBytes) == request)
        #expect(LoadRequest(canonicalBytes: Array(request.canonicalBytes.dropLast())) == nil)
        let grant = request.grant(at: loads.time, underLoadKey: campus.cardKeys.load)
        #expect(grant.canonicalBytes.count == 11)
        #expect(LoadGrant(canonicalBytes: grant.canonicalBytes) == grant)
        #expect(LoadGrant(canonicalBytes: [0x20, 0x26, 0x13] + Array(grant.canonicalBytes.dropFirst(3))) == nil)
        var printed = "\(request) \(grant)"
        dump(request, to: &printed)
        dump(grant, to: &printed)
        #expect(!printed.contains(Hex.encode(grant.mac2)) && !printed.contains("98081700"))
    }

    @Test("random answers end a load and never look like success", arguments: 1...40 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for step in 1...5 {
            let bytes = (0..<Int.random(in: 5...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            for tail in [[], [0x90, 0x00], [0x61, 0x10]] as [[UInt8]] {
                var tap = loads.tap(nil, [step: .replaced(bytes + tail)])
                let result = try tap.run(loads.machine(pin: loads.pin()))
                let isLoaded = try memory(tap).balance != 10_000
                switch result {
                case .loaded(let evidence):
                    #expect(isLoaded)
                    #expect(evidence.isGenuine(underTACKey: campus.cardKeys.transactionAuthentication))
                case .unknown: break
                case .failed: #expect(!isLoaded || step == 5 && bytes.count >= 2)
                }
            }
        }
    }

    @Test("an event that no action asked for stops the process")
    func misuse() async {
        await #expect(processExitsWith: .failure) {
            let loads = try LoadCampus()
            var machine = try loads.machine(pin: loads.pin())
            _ = machine.receive(.started)
            _ = machine.receive(.loadRefused(.issuerUnreachable))
        }
    }
}
