import Foundation
import Payments
import Simulation
import SmartCards
import Testing

@Suite("Proof, PIN, load and compound purchase")
struct PurseServiceTests {
    let campus: LabCampus

    init() throws { campus = try LabCampus() }

    private func opened(_ change: (inout PurseCardMemory) -> Void = { _ in }) -> SimulatedPurseCard {
        var memory = campus.memory()
        change(&memory)
        var card = campus.card(memory)
        card.powerOn()
        _ = card.transmit(campus.profile.selectCommand.bytes)
        return card
    }

    private func send(_ command: CommandAPDU, to card: inout SimulatedPurseCard) throws -> ResponseAPDU {
        try ResponseAPDU(decoding: card.transmit(command.bytes))
    }

    @Test("the commands have their published bytes")
    func layout() throws {
        #expect(try PurseCommand.getTransactionProof(type: 9, serial: 0x0102).bytes == hex("805A000902010208"))
        #expect(try PurseCommand.readLogRecord(3).bytes == hex("00B203C417"))
        #expect(try GeneralCommand.verify(pin: hex("123456")).bytes == hex("0020000003123456"))
        #expect(
            try PurseCommand.initializeForLoad(keyIndex: 1, amount: 0x2000, terminal: terminal()).bytes
                == hex("805000020B 01 00002000 001122334455 10"))
        #expect(
            try PurseCommand.creditForLoad(time: time("20161216105800"), mac2: hex("8AFA5718")).bytes
                == hex("805200000B 20161216105800 8AFA5718 04"))
        #expect(
            try PurseCommand.initializeForCompoundPurchase(keyIndex: 1, amount: 0, terminal: terminal()).bytes
                == hex("805003020B 01 00000000 001122334455 0F"))
        #expect(
            try PurseCommand.updateCompoundRecord(.identifier(0x0A), shortFile: 0x19, content: hex("0A01")).bytes
                == hex("80DC0AC8020A01"))
        #expect(
            try PurseCommand.updateCompoundRecord(
                .number(2), shortFile: 0x19, content: hex("0A01"), mac: hex("01020304")
            ).bytes == hex("80DC02CC060A0101020304"))
    }

    @Test("vector C: a real card's load, command by command")
    func load() throws {
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        var memory = campus.memory(balance: 0)
        memory.keyVersion = 0
        var card = SimulatedPurseCard(
            memory: memory, keys: PurseCardKeys(purchase: cardKey, transactionAuthentication: cardKey),
            random: ScriptedGenerator(0xC903_814D))
        _ = card.transmit(campus.profile.selectCommand.bytes)
        let begin = PurseCommand.initializeForLoad(keyIndex: 1, amount: 0x2000, terminal: campus.terminal)
        #expect(try send(begin, to: &card).status == .securityStatusNotSatisfied)
        #expect(try send(GeneralCommand.verify(pin: hex("123456")), to: &card).status == .success)
        let initialization = try LoadInitialization(decoding: send(begin, to: &card))
        #expect(Hex.encode(initialization.mac1) == "03976C22")
        #expect(initialization.balanceBefore == 0)
        #expect(initialization.onlineSerial == 0)
        let credit = PurseCommand.creditForLoad(time: try time("20161216105800"), mac2: try hex("8AFA5718"))
        #expect(try Hex.encode(LoadProof(decoding: send(credit, to: &card)).tac) == "FA00066D")
        #expect(card.memory.balance == 0x2000)
        #expect(card.memory.onlineSerial == 1)
        #expect(try send(credit, to: &card).status == .wrongState)
        let proof = PurseCommand.getTransactionProof(type: PurseTransaction.loadType, serial: 0)
        #expect(try Hex.encode(TransactionProof(decoding: send(proof, to: &card)).tac) == "FA00066D")
    }

    @Test("a state file from before proofs and PIN is still read")
    func olderStateFile() throws {
        let memory = campus.memory()
        let data = try JSONEncoder().encode(memory)
        var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        try #require(fields.removeValue(forKey: "behavior") != nil)
        let older = try JSONSerialization.data(withJSONObject: fields)
        #expect(try JSONDecoder().decode(PurseCardMemory.self, from: older) == memory)
        #expect(try JSONDecoder().decode(PurseCardMemory.self, from: data) == memory)
    }

    @Test("an intent survives JSON")
    func intentJSON() throws {
        var tap = Tap(campus.card(), campus)
        _ = try tap.run(
            PursePurchaseMachine(profile: campus.profile, amount: 5, terminal: campus.terminal, time: campus.time))
        let intent = try #require(tap.intents.first)
        let data = try JSONEncoder().encode([intent])
        #expect(try JSONDecoder().decode([PurchaseIntent].self, from: data) == [intent])
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([PurchaseIntent].self, from: Data("[\"01\"]".utf8))
        }
    }

    @Test("a wrong MAC2 loads nothing")
    func wrongLoad() throws {
        var card = opened()
        _ = try send(GeneralCommand.verify(pin: hex("123456")), to: &card)
        let begin = PurseCommand.initializeForLoad(keyIndex: 1, amount: 500, terminal: campus.terminal)
        _ = try LoadInitialization(decoding: send(begin, to: &card))
        let credit = PurseCommand.creditForLoad(time: campus.time, mac2: [1, 2, 3, 4])
        #expect(try send(credit, to: &card).status == .cryptogramInvalid)
        #expect(card.memory.balance == 10_000)
    }

    @Test("PIN attempts are counted down to a blocked PIN, and a right one restores them")
    func pin() throws {
        var card = opened()
        let wrong = GeneralCommand.verify(pin: [0, 0]), right = GeneralCommand.verify(pin: try hex("123456"))
        #expect(try PINVerification(send(wrong, to: &card).status) == .wrong(triesLeft: 2))
        card.powerOn()
        _ = card.transmit(campus.profile.selectCommand.bytes)
        #expect(try PINVerification(send(wrong, to: &card).status) == .wrong(triesLeft: 1))
        #expect(try PINVerification(send(right, to: &card).status) == .verified)
        for triesLeft in [2, 1, 0] {
            #expect(try PINVerification(send(wrong, to: &card).status) == .wrong(triesLeft: triesLeft))
        }
        #expect(try PINVerification(send(right, to: &card).status) == .blocked)
        #expect(PINVerification(.wrongLength) == .refused(.wrongLength))
    }

    @Test("a protected log opens with the PIN and closes with the power")
    func protectedLog() throws {
        var card = opened {
            $0.behavior.isLogFree = false
            $0.log = [[UInt8](repeating: 0, count: 23)]
        }
        #expect(try send(PurseCommand.readLogRecord(1), to: &card).status == .securityStatusNotSatisfied)
        _ = try send(GeneralCommand.verify(pin: hex("123456")), to: &card)
        #expect(try send(PurseCommand.readLogRecord(1), to: &card).status == .success)
        card.powerOn()
        _ = card.transmit(campus.profile.selectCommand.bytes)
        #expect(try send(PurseCommand.readLogRecord(1), to: &card).status == .securityStatusNotSatisfied)
    }

    @Test("a log record is read field by field, 23 bytes exactly")
    func logRecord() throws {
        let record = try PurseLogRecord(
            decoding: ResponseAPDU(decoding: hex("000C 00000A 00000064 06 001122334455 20260901 113005 9000")))
        #expect(record.serial == 12)
        #expect(record.overdraftLimit == 10)
        let ours = PurseTransaction(amount: 100, type: 6, terminal: campus.terminal, time: campus.time)
        #expect(record.records(ours))
        var other = ours
        other.type = PurseTransaction.compoundPurchaseType
        #expect(!record.records(other))
        for count in [0, 22, 24] {
            let answer = ResponseAPDU(data: [UInt8](repeating: 0, count: count), status: .success)
            #expect(throws: CardDataError(.answerLength)) { try PurseLogRecord(decoding: answer) }
        }
    }

    @Test("compound records change together with the purse, or not at all", arguments: [true, false])
    func compound(isRight: Bool) throws {
        var card = opened { $0.behavior.compoundRecords = [[0x01, 0x10], [0x0A, 0x20]] }
        let update = PurseCommand.updateCompoundRecord(.identifier(0x0A), shortFile: 0x19, content: [0x0A, 0x21])
        #expect(try send(update, to: &card).status == .wrongState)
        let begin = PurseCommand.initializeForCompoundPurchase(keyIndex: 1, amount: 250, terminal: campus.terminal)
        let initialization = try PurchaseInitialization(decoding: send(begin, to: &card))
        #expect(try send(update, to: &card).status == .success)
        #expect(card.memory.behavior.compoundRecords[1] == [0x0A, 0x20])
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            campus.cardKeys.purchase, random: initialization.random, offlineSerial: initialization.offlineSerial,
            terminalSerial: 5)
        let transaction = PurseTransaction(
            amount: 250, type: isRight ? PurseTransaction.compoundPurchaseType : PurseTransaction.purchaseType,
            terminal: campus.terminal, time: campus.time)
        let debit = PurseCommand.debitForPurchase(
            terminalSerial: 5, time: campus.time, mac1: PurseCryptogram.purchaseMAC1(sessionKey, transaction))
        #expect(try send(debit, to: &card).status == (isRight ? .success : .cryptogramInvalid))
        #expect(card.memory.balance == (isRight ? 9_750 : 10_000))
        #expect(card.memory.behavior.compoundRecords[1] == [0x0A, isRight ? 0x21 : 0x20])
        let proof = PurseCommand.getTransactionProof(type: PurseTransaction.compoundPurchaseType, serial: 0)
        #expect(try send(proof, to: &card).status == (isRight ? .success : .proofNotAvailable))
    }

    @Test(
        "the proof of the last purchase repeats DEBIT's codes under the card's serial",
        arguments: PurseCardBehavior.ProofSerial.allCases, [true, false])
    func proof(serial: PurseCardBehavior.ProofSerial, givesMAC: Bool) throws {
        var memory = campus.memory()
        memory.behavior.proofSerial = serial
        memory.behavior.givesProofMAC = givesMAC
        memory.behavior.initializeErasesProof = true
        var tap = Tap(campus.card(memory), campus)
        let machine = PursePurchaseMachine(
            profile: campus.profile, amount: 300, terminal: campus.terminal, time: campus.time)
        guard case .purchased(let evidence) = try tap.run(machine) else {
            Issue.record("not purchased")
            return
        }
        var card = try #require(tap.card as? SimulatedPurseCard)
        let filed: UInt16 = serial == .counted ? 1 : 0
        #expect(
            try send(PurseCommand.getTransactionProof(type: 6, serial: 1 - filed), to: &card).status
                == .proofNotAvailable)
        let ask = PurseCommand.getTransactionProof(type: 6, serial: filed)
        let proof = try TransactionProof(decoding: send(ask, to: &card))
        #expect(proof.tac == evidence.cryptograms?.tac)
        #expect(proof.mac == (givesMAC ? evidence.cryptograms?.mac2 : nil))
        let begin = PurseCommand.initializeForPurchase(keyIndex: 1, amount: 0, terminal: campus.terminal)
        _ = try send(begin, to: &card)
        #expect(try send(ask, to: &card).status == .proofNotAvailable)
    }

    @Test("an intent is durable before DEBIT, survives its bytes, and its failure ends the purchase unpaid")
    func intent() throws {
        let machine = PursePurchaseMachine(
            profile: campus.profile, amount: 300, terminal: campus.terminal, time: campus.time)
        var tap = Tap(campus.card(), campus)
        _ = try tap.run(machine)
        let intent = try #require(tap.intents.first)
        #expect(intent.transaction.amount == 300)
        #expect(intent.canonicalBytes.count == PurchaseIntent.length)
        #expect(PurchaseIntent(canonicalBytes: intent.canonicalBytes) == intent)
        #expect(PurchaseIntent(canonicalBytes: Array(intent.canonicalBytes.dropLast())) == nil)
        var wrong = intent.canonicalBytes
        wrong[0] = 2
        #expect(PurchaseIntent(canonicalBytes: wrong) == nil)
        #expect(!"\(intent)".contains(Hex.encode(intent.information.applicationSerial)))
        var failing = Tap(campus.card(), campus)
        failing.intentFails = true
        #expect(try failing.run(machine) == .failed(.intentNotStored))
        #expect(failing.exchanges == [0xA4, 0x50, 0x70])
        var proof = Tap(campus.card(), campus)
        _ = try proof.run(
            PursePurchaseMachine(profile: campus.profile, amount: 0, terminal: campus.terminal, time: campus.time))
        #expect(proof.intents.isEmpty)
    }
}
