import Payments
import SmartCards
import Testing

@Suite("Layout of commands and answers")
struct CommandLayoutTests {
    @Test("purse commands have their published bytes")
    func purseCommands() throws {
        #expect(try GeneralCommand.select(file: 0x3F00).bytes == hex("00A40000023F00"))
        #expect(
            try GeneralCommand.select(name: Array("1PAY.SYS.DDF01".utf8)).bytes
                == hex("00A404000E315041592E5359532E4444463031"))
        #expect(try GeneralCommand.select(name: hex("A00000000386980701")).bytes == hex("00A4040009A00000000386980701"))
        #expect(try PurseCommand.readPublicInformation.bytes == hex("00B095001E"))
        #expect(try PurseCommand.getBalance.bytes == hex("805C000204"))
        #expect(try GeneralCommand.getResponse(256).bytes == hex("00C0000000"))
        #expect(
            try PurseCommand.initializeForPurchase(keyIndex: 1, amount: 0x1234, terminal: terminal()).bytes
                == hex("805001020B 01 00001234 001122334455 0F"))
        #expect(try CardIdentifier.command.bytes == hex("FFCA000000"))
    }

    @Test("a meal record is read and written by identifier or by number")
    func compoundRecord() throws {
        #expect(try PurseCommand.readCompoundRecord(.identifier(0x0A), shortFile: 0x19).bytes == hex("00B20AC820"))
        #expect(try PurseCommand.readCompoundRecord(.number(2), shortFile: 0x19).bytes == hex("00B202CC20"))
        let content = MealCounter(identifier: 0x0A).bytes
        #expect(content == (try hex("0A1E01") + [UInt8](repeating: 0, count: 29)))
        #expect(
            try PurseCommand.updateCompoundRecord(.identifier(0x0A), shortFile: 0x19, content: content).bytes
                == hex("80DC0AC820") + content)
    }

    @Test(
        "INIT_SAM_FOR_PURCHASE has Lc 1C, 24 and 2C for one, two and three levels",
        arguments: zip(1...3, [0x1C, 0x24, 0x2C]))
    func secureModuleLength(levels: Int, length: Int) throws {
        let request = try secureModuleRequest(levels: levels)
        let bytes = SecureModuleCommand.initializeForPurchase(request).bytes
        #expect(bytes.count == 5 + length + 1)
        #expect(Int(bytes[4]) == length)
        #expect(bytes.last == 0x08)
    }

    @Test("INIT_SAM_FOR_PURCHASE carries the card's fields in their order")
    func secureModuleFields() throws {
        let command = SecureModuleCommand.initializeForPurchase(try secureModuleRequest(levels: 2))
        #expect(
            try command.bytes
                == hex(
                    "80700000 24 0A0B0C0D 0102 00000001 09 20170214 154000 01 00 2016122100001003 0792800000000145 08"))
    }

    @Test("CREDIT_SAM_FOR_PURCHASE carries MAC2 and expects nothing")
    func secureModuleCredit() throws {
        #expect(try SecureModuleCommand.creditForPurchase(mac2: hex("9909F538")).bytes == hex("80720000049909F538"))
    }

    @Test("the secure module's answer is serial and MAC1, eight bytes exactly")
    func secureModuleAnswer() throws {
        let answer = try SecureModuleCommand.decode(ResponseAPDU(decoding: hex("00000005 A1B2C3D4 9000")))
        #expect(answer == SecureModuleAnswer(terminalSerial: 5, mac1: try hex("A1B2C3D4")))
        for text in ["9000", "00000005 A1B2C3 9000", "00000005 A1B2C3D4 00 9000"] {
            let wrong = try ResponseAPDU(decoding: hex(text))
            #expect(throws: CardDataError(.answerLength)) { try SecureModuleCommand.decode(wrong) }
        }
    }

    @Test("answers of the purse have exact lengths", arguments: [0, 3, 5, 7, 9, 14, 16, 30])
    func answerLengths(count: Int) throws {
        let answer = ResponseAPDU(data: [UInt8](repeating: 1, count: count), status: .success)
        #expect(throws: CardDataError(.answerLength)) { try PurseBalance(decoding: answer) }
        #expect(throws: CardDataError(.answerLength)) { try PurchaseInitialization(decoding: answer) }
        #expect(throws: CardDataError(.answerLength)) { try PurchaseCryptograms(decoding: answer) }
    }

    @Test("a balance is four bytes in fen")
    func balance() throws {
        #expect(try PurseBalance(decoding: ResponseAPDU(decoding: hex("0001E240 9000"))).fen == 123_456)
    }

    @Test("the answer to INITIALIZE is read field by field")
    func initialization() throws {
        let answer = try ResponseAPDU(decoding: hex("0000C350 01F4 00000A 02 01 DEADBEEF 9000"))
        let initialization = try PurchaseInitialization(decoding: answer)
        #expect(initialization.balanceBefore == 50_000)
        #expect(initialization.offlineSerial == 500)
        #expect(initialization.overdraftLimit == 10)
        #expect(initialization.keyVersion == 2)
        #expect(initialization.algorithm == 1)
        #expect(try initialization.random == hex("DEADBEEF"))
    }

    private func secureModuleRequest(levels: Int) throws -> SecureModuleRequest {
        let factors = [try hex("2016122100001003"), try hex("0792800000000145"), try hex("2000FF0000000000")]
        return SecureModuleRequest(
            terminal: try terminal("360486600002"), random: try hex("0A0B0C0D"), offlineSerial: 0x0102, amount: 1,
            transactionType: 0x09, time: try time("20170214154000"), keyVersion: 1, algorithm: 0,
            factors: Array(factors.prefix(levels)))
    }
}
