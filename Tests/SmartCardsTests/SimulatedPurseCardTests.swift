import Foundation
import Payments
import Simulation
import SmartCards
import Testing

@Suite("The simulated purse card")
struct SimulatedPurseCardTests {
    let campus: LabCampus
    var card: SimulatedPurseCard

    init() throws {
        campus = try LabCampus()
        card = campus.card()
        card.powerOn()
    }

    private mutating func send(_ text: String) throws -> String { Hex.encode(card.transmit(try hex(text))) }

    private mutating func selectApplication() throws {
        #expect(try send("00A4040009A00000000386980701").hasSuffix("9000"))
    }

    /// INITIALIZE and a DEBIT with a right MAC1; the DEBIT's bytes.
    private mutating func initialize(amount: UInt32, serial: UInt32 = 1) throws -> CommandAPDU {
        let answer = card.transmit(
            PurseCommand.initializeForPurchase(keyIndex: 1, amount: amount, terminal: campus.terminal).bytes)
        let initialization = try PurchaseInitialization(decoding: ResponseAPDU(decoding: answer))
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            campus.cardKeys.purchase, random: initialization.random, offlineSerial: initialization.offlineSerial,
            terminalSerial: serial)
        let transaction = PurseTransaction(amount: amount, type: 6, terminal: campus.terminal, time: campus.time)
        return PurseCommand.debitForPurchase(
            terminalSerial: serial, time: campus.time, mac1: PurseCryptogram.purchaseMAC1(sessionKey, transaction))
    }

    @Test("the application is found by identifier, by file and not by anything else")
    mutating func select() throws {
        let control = "6F2E8409A00000000386980701A5219F0C1E" + Hex.encode(campus.information.bytes) + "9000"
        #expect(try send("00A4040009A00000000386980701") == control)
        #expect(try send("00A40000023F01") == control)
        #expect(try send("00A4040009A0000000038698070100") == control)
        #expect(try send("00A40000023F00") == "6F15840E315041592E5359532E4444463031A5038801019000")
        #expect(
            try send("00A404000E315041592E5359532E4444463031") == "6F15840E315041592E5359532E4444463031A5038801019000")
        #expect(try send("00A4000002DF03") == "6A82")
        #expect(try send("00A4040005A000000003") == "6A82")
        #expect(try send("00A4020002DF03") == "6A86")
        #expect(try send("00A40000033F0100") == "6700")
    }

    @Test("files are read by short identifier")
    mutating func readBinary() throws {
        #expect(try send("00B095001E") == "6985", "nothing is selected yet")
        try selectApplication()
        #expect(try send("00B095001E") == Hex.encode(campus.information.bytes) + "9000")
        #expect(try send("00B0950000") == Hex.encode(campus.information.bytes) + "9000")
        #expect(try send("00B0951C02") == "55669000")
        #expect(try send("00B0951CFF") == "6C02")
        #expect(try send("00B0951E01") == "6B00")
        #expect(try send("00B0960027").hasSuffix("9000"))
        #expect(try send("00B097001E") == "6A82")
        #expect(try send("00B000001E") == "6A86")
        #expect(try send("00B09500") == "6700")
    }

    @Test("the balance needs its exact command")
    mutating func balance() throws {
        try selectApplication()
        #expect(try send("805C000204") == "000027109000")
        #expect(try send("805C000104") == "6A86")
        #expect(try send("805C000205") == "6700")
        #expect(try send("805C0002") == "6700")
    }

    @Test("unknown instructions, classes and malformed commands have their own status")
    mutating func unknown() throws {
        try selectApplication()
        #expect(try send("00120000") == "6D00")
        #expect(try send("84B095001E") == "6E00")
        #expect(try send("805001020B0100000001001122334455") != "6E00")
        #expect(try send("005001020B01000000010011223344550F") == "6E00")
        #expect(try send("80B095001E") == "6E00")
        #expect(try send("F0120000") == "6E00")
        #expect(try send("00") == "6700")
        #expect(try send("") == "6700")
        #expect(try send("FFCA000000") == "04A1B2C3D4E5F69000")
        #expect(try send("FFCA010000") == "6D00")
        #expect(try send("00C0000000") == "6985")
    }

    @Test("INITIALIZE refuses wrong keys, lengths and amounts above the balance")
    mutating func initializeRefusals() throws {
        try selectApplication()
        #expect(try send("805001020B02000000010011223344550F") == "9403")
        #expect(try send("805001020B01000027110011223344550F") == "9401")
        #expect(try send("805001020A010000000100112233440F") == "6700")
        #expect(try send("805001020B010000000100112233445510") == "6700")
        #expect(try send("805000020B010000000100112233445510") == "6982", "a load needs the PIN")
        #expect(try send("805003020B02000000010011223344550F") == "9403")
        #expect(try send("805002020B01000000010011223344550F") == "6A86")
    }

    @Test("DEBIT without INITIALIZE is the wrong order")
    mutating func wrongOrder() throws {
        try selectApplication()
        #expect(try send("805401000F 00000001 20260901 113005 01020304 08") == "6901")
        #expect(try send("805400000F 00000001 20260901 113005 01020304 08") == "6A86")
        #expect(try send("805401000E 00000001 20260901 113005 010203 08") == "6700")
    }

    @Test("a wrong MAC1 is refused, changes nothing and ends the purchase")
    mutating func wrongMAC1() throws {
        try selectApplication()
        let right = try initialize(amount: 100)
        var wrong = right.bytes
        wrong[15] ^= 1
        #expect(Hex.encode(card.transmit(wrong)) == "9302")
        #expect(Hex.encode(card.transmit(right.bytes)) == "6901")
        #expect(card.memory == campus.memory())
    }

    @Test("a MAC1 for another date is refused")
    mutating func otherDate() throws {
        try selectApplication()
        var debit = try initialize(amount: 100).bytes
        debit[12] = 0x02
        #expect(Hex.encode(card.transmit(debit)) == "9302")
    }

    @Test(
        "any command between INITIALIZE and DEBIT ends the purchase",
        arguments: ["805C000204", "00B095001E", "00A40000023F01", "00120000", "00"])
    mutating func interrupted(text: String) throws {
        try selectApplication()
        let debit = try initialize(amount: 100)
        _ = try send(text)
        #expect(Hex.encode(card.transmit(debit.bytes)) == "6901")
    }

    @Test("power and reset end the purchase and the selection", arguments: [true, false])
    mutating func power(isReset: Bool) throws {
        try selectApplication()
        let debit = try initialize(amount: 100)
        if isReset { card.reset() } else { card.powerOn() }
        #expect(Hex.encode(card.transmit(debit.bytes)) == "6985")
        try selectApplication()
        #expect(Hex.encode(card.transmit(debit.bytes)) == "6901")
    }

    @Test("the same DEBIT does not work twice")
    mutating func twice() throws {
        try selectApplication()
        let debit = try initialize(amount: 100)
        #expect(Hex.encode(card.transmit(debit.bytes)).hasSuffix("9000"))
        #expect(Hex.encode(card.transmit(debit.bytes)) == "6901")
        #expect(card.memory.balance == 9_900)
    }

    @Test("the log keeps the last ten purchases, newest first, as cards in the field write them")
    mutating func log() throws {
        try selectApplication()
        #expect(try send("00B201C417") == "6A83")
        for serial in 1...12 as ClosedRange<UInt32> {
            let debit = try initialize(amount: serial, serial: serial)
            #expect(Hex.encode(card.transmit(debit.bytes)).hasSuffix("9000"))
        }
        #expect(try send("00B201C417") == "000C0000000000000C0600112233445520260901113005" + "9000")
        #expect(try send("00B20AC417") == "00030000000000000306001122334455202609011130059000")
        #expect(try send("00B20BC417") == "6A83")
        #expect(try send("00B200C417") == "6A83")
        #expect(try send("00B201C410") == "6C17")
        #expect(try send("00B201BC17") == "6A82")
        #expect(try send("00B201C017") == "6A86")
        #expect(card.memory.balance == 10_000 - 78)
    }

    @Test("a counter at its end refuses to start")
    mutating func counter() throws {
        var memory = campus.memory()
        memory.offlineSerial = .max
        card = campus.card(memory)
        try selectApplication()
        #expect(try send("805001020B01000000010011223344550F") == "9402")
    }

    @Test("locks are answered with 6A81")
    mutating func locks() throws {
        var memory = campus.memory()
        memory.isApplicationLocked = true
        card = campus.card(memory)
        #expect(try send("00A40000023F01") == "6A81")
        #expect(try send("00A40000023F00").hasSuffix("9000"))
        memory.isCardLocked = true
        card = campus.card(memory)
        #expect(try send("00A40000023F00") == "6A81")
    }

    @Test("the directory of the payment environment names the application")
    mutating func directory() throws {
        #expect(try send("00B2010C00").hasSuffix("9000"), "the master file is selected at power on")
        #expect(try send("00A404000E315041592E5359532E4444463031").hasSuffix("9000"))
        #expect(try send("00B2010C00") == "61114F09A000000003869807015004" + "50424F43" + "9000")
        #expect(try send("00B2010C13") == "61114F09A000000003869807015004" + "50424F43" + "9000")
        #expect(try send("00B2010C10") == "6C13")
        #expect(try send("00B2020C00") == "6A83")
        #expect(try send("00B2010800") == "6A86")
        #expect(try send("00B2011400") == "6A82")
        try selectApplication()
        #expect(try send("00B2010C00") == "6A82", "the application has no file 01")
    }

    @Test("compound records are read by identifier and by number")
    mutating func compoundRecords() throws {
        var memory = campus.memory()
        memory.behavior.compoundRecords = [[0x01, 0x10], [0x0A, 0x20], [0x0A, 0x30]]
        card = campus.card(memory)
        try selectApplication()
        #expect(try send("00B20AC800") == "0A209000", "the first of its identifier")
        #expect(try send("00B203CC02") == "0A309000")
        #expect(try send("00B20BC800") == "6A83")
        #expect(try send("00B204CC00") == "6A83")
        #expect(try send("00B200CC00") == "6A83")
        #expect(try send("00B201C900") == "6A86")
        #expect(try send("00B201CC01") == "6C02")
        #expect(try send("00B20AC8") == "6700")
    }

    @Test("an amount that the purse cannot hold is answered with 9402")
    mutating func loadOverflow() throws {
        try selectApplication()
        #expect(try send("0020000003123456") == "9000")
        #expect(try send("805000020B01FFFFFFFF00112233445510") == "9402")
        #expect(try send("805000020B01FFFFD8EF00112233445510").hasSuffix("9000"))
        #expect(try send("805000020B020000000100112233445510") == "9403")
    }

    @Test("cards differ in how they say that they are locked", arguments: [0x6A81, 0x6283, 0x9303] as [UInt16])
    mutating func lockedStatus(word: UInt16) throws {
        var memory = campus.memory()
        memory.isApplicationLocked = true
        memory.behavior.lockedStatus = word
        card = campus.card(memory)
        #expect(try send("00A40000023F01") == Hex.encode(word.bigEndianBytes(count: 2)))
    }

    @Test("GET RESPONSE wants the right length and gives the answer once")
    mutating func getResponse() throws {
        var memory = campus.memory()
        memory.answersThroughGetResponse = true
        card = campus.card(memory)
        #expect(try send("00A40000023F01") == "6130")
        #expect(try send("00C0000010") == "6C30")
        #expect(try send("00C0000030").hasSuffix("9000"))
        #expect(try send("00C0000030") == "6985")
    }
}

@Suite("The state file of a simulated card")
struct CardStateFileTests {
    let campus: LabCampus
    let folder: String

    init() throws {
        campus = try LabCampus()
        folder = NSTemporaryDirectory() + "card-state-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

    private func pay(_ card: SimulatedPurseCard, _ amount: UInt32) throws -> (PurseResult, SimulatedPurseCard) {
        var tap = Tap(card, campus)
        let result = try tap.run(
            PursePurchaseMachine(
                profile: campus.profile, amount: amount, terminal: campus.terminal, time: campus.time))
        return (result, try #require(tap.card as? SimulatedPurseCard))
    }

    @Test("a purchase is in the file before its answer arrives, and the next life of the card knows it")
    func durable() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/card.json")
        try file.save(campus.memory())
        let (result, card) = try pay(campus.card(file: file), 2_500)
        guard case .purchased = result else {
            Issue.record("\(result)")
            return
        }
        let reloaded = try file.load()
        #expect(reloaded == card.memory)
        #expect(reloaded.balance == 7_500)
        #expect(reloaded.log.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["card.json"])
        let (_, next) = try pay(campus.card(reloaded, file: file), 500)
        #expect(next.memory.balance == 7_000)
        #expect(next.memory.offlineSerial == 2)
    }

    @Test("PIN attempts, loads and meal records are in the file before the card answers")
    func durableServices() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/card.json")
        let meals = try MealCampus(), loads = try LoadCampus()
        var card = campus.card(meals.memory(), file: file)
        card.powerOn()
        _ = card.transmit(campus.profile.selectCommand.bytes)
        #expect(Hex.encode(card.transmit(GeneralCommand.verify(pin: [0, 0]).bytes)) == "63C2")
        #expect(try file.load().behavior.pinTriesLeft == 2)
        var tap = Tap(campus.card(try file.load(), file: file), campus)
        tap.issuer = loads.granting
        guard case .loaded = try tap.run(loads.machine(pin: loads.pin())) else {
            Issue.record("not loaded")
            return
        }
        #expect(try file.load().balance == 15_000)
        #expect(try file.load().onlineSerial == 1)
        #expect(try file.load().behavior.pinTriesLeft == 3)
        tap = Tap(campus.card(try file.load(), file: file), campus)
        guard case .purchased(let evidence) = try tap.run(meals.machine()) else {
            Issue.record("not purchased")
            return
        }
        #expect(try file.load().balance == 14_700)
        #expect(try file.load().behavior.compoundRecords[1] == evidence.compound?.after.bytes)
        #expect(try file.load().behavior.proofs.map(\.type) == [2, 9])
    }

    @Test("a card that cannot store its PIN counter does not say whether the PIN was right")
    func counterNotStored() throws {
        defer { cleanUp() }
        var card = campus.card(file: CardStateFile(path: folder + "/missing/card.json"))
        card.powerOn()
        _ = card.transmit(campus.profile.selectCommand.bytes)
        let verify = GeneralCommand.verify(pin: try hex("123456"))
        #expect(Hex.encode(card.transmit(verify.bytes)) == "6581")
        let load = PurseCommand.initializeForLoad(keyIndex: 1, amount: 1, terminal: campus.terminal)
        #expect(Hex.encode(card.transmit(load.bytes)) == "6982")
    }

    @Test("a load that cannot be stored is answered with 6581 and loads nothing")
    func loadNotStored() throws {
        defer { cleanUp() }
        let loads = try LoadCampus()
        var memory = campus.memory()
        memory.behavior.isLoadFree = true
        var tap = Tap(campus.card(memory, file: CardStateFile(path: folder + "/missing/card.json")), campus)
        tap.issuer = loads.granting
        let profile = campus.profile(load: PurseProfile.Load(keyIndex: 1, isPINNeeded: false))
        guard case .unknown(_, .status(.memoryFailure)) = try tap.run(loads.machine(pin: nil, profile: profile)) else {
            Issue.record("not unknown")
            return
        }
        #expect(try SmartCardsTests.memory(tap) == memory)
    }

    @Test("a state file from before loads without PIN and lock words is still read")
    func olderBehavior() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/card.json")
        try file.save(campus.memory())
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        #expect(!text.contains("isLoadFree") && !text.contains("lockedStatus"))
        #expect(try file.load() == campus.memory())
    }

    @Test("a card that cannot store a purchase answers 6581 and keeps its money")
    func notStored() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/missing/card.json")
        let (result, card) = try pay(campus.card(file: file), 2_500)
        guard case .unknown(_, .status(.memoryFailure)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(card.memory == campus.memory())
        #expect(throws: CardStateFileError(.notWritten, path: "", detail: "")) { try file.save(campus.memory()) }
    }

    @Test("a card's file that is missing, damaged or another kind's is named, and what is wrong with it")
    func notReadable() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/card.json")
        for (text, cause) in [(nil, "exist"), ("", "no card"), ("{}", "no "), ("{\"balance\": \"x\"}", "balance")] {
            try text?.write(toFile: file.path, atomically: true, encoding: .utf8)
            do throws(CardStateFileError) {
                _ = try file.load()
                Issue.record("read")
            } catch {
                #expect(error.code == .notReadable && error.message.contains(file.path))
                // Which of several missing keys is named first is the decoder's business.
                #expect(text?.contains("x") == true || error.message.contains(cause), "\(error.message)")
            }
        }
    }

    @Test("a state file with an impossible date is refused")
    func corrupt() throws {
        defer { cleanUp() }
        let file = CardStateFile(path: folder + "/card.json")
        try file.save(campus.memory())
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        let broken = text.replacing("19980815", with: "19981315")
        try #require(broken != text)
        try broken.write(toFile: file.path, atomically: true, encoding: .utf8)
        #expect(throws: CardStateFileError(.notReadable, path: "", detail: "")) { try file.load() }
    }
}
