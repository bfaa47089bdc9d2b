import Payments
import SmartCards
import Testing

/// The published messages of cards.md section 3.3, and what is done to them.
@Suite("Published vectors of DESFire: secure messaging")
struct DESFireMessagingTests {
    @Test("AN12343 pages 15-17: GetCardUID, command and encrypted answer")
    func cardUID() throws {
        var session = try cardUIDSession()
        #expect(
            try AESCMAC.compute(hex("510000569D4B24"), key: aesKey("FD9E26C9766F07C1D07106C0F8F3671F"))
                == hex("ED5CB7A932EF8D7C2E91B42A1139F11B"))
        #expect(try session.protect(.getCardUID) == hex("5CA9EF7C912A391B"))
        let keys = DESFireSessionKeys(
            encryption: try aesKey("C1D7BD9F60034D8432F9AF3403D573D0"),
            authentication: try aesKey("FD9E26C9766F07C1D07106C0F8F3671F"))
        let vector = keys.answerVector(transactionIdentifier: try hex("569D4B24"), counter: 1)
        #expect(Hex.encode(vector) == "5A42ECB2111A9267FA5F2682523229AC")
        let answer = try DESFireAnswer(decoding: hex(cardUIDAnswer))
        #expect(try session.open(answer, communication: .full) == hex("04DE5F1EACC040"))
        #expect(session.counter == 1)
    }

    @Test("AN12343 page 54: write and read with codes, commands and answers")
    func maced() throws {
        var session = try session(
            authentication: "9366FA195EB566F5BD2BAD4020B83002", identifier: "E2D3AF69", counter: 0)
        let content = [UInt8](repeating: 0x22, count: 25)
        let write = DESFireCommand.writeData(file: 0, content, communication: .mac)
        #expect(try session.protect(write) == hex("00000000190000") + content + hex("68F2C28C575A1628"))
        let written = try DESFireAnswer(decoding: hex("0820F68898C2A7F1 9100"))
        #expect(try session.open(written, communication: .mac) == [])
        let read = DESFireCommand.readData(file: 0, length: 48, communication: .mac)
        #expect(try session.protect(read) == hex("00000000300000 0D9BE191D5960834"))
        let stored = content + [UInt8](repeating: 0, count: 23)
        let answer = DESFireAnswer(status: .success, data: stored + (try hex("A49A44222D926666")))
        #expect(try session.open(answer, communication: .mac) == stored)
        #expect(session.counter == 2)
    }

    @Test("AN12343 pages 55-58: write and read encrypted")
    func full() throws {
        let (encryption, authentication) = ("FFBCFE1F41840A09C9A88D0A4B10DF05", "37E7234B11BEBEFDE41A8F290090EF80")
        let keys = DESFireSessionKeys(
            encryption: try aesKey(encryption), authentication: try aesKey(authentication))
        let vector = keys.commandVector(transactionIdentifier: try hex("CD73D8E5"), counter: 0)
        #expect(Hex.encode(vector) == "871747AF36D72164A418BBFECCECD911")
        let session = try session(
            encryption: encryption, authentication: authentication, identifier: "CD73D8E5", counter: 0)
        let write = DESFireCommand.writeData(
            file: 0, [UInt8](repeating: 0x22, count: 25), communication: .full)
        #expect(
            try DESFireExchange(instruction: 0x8D, body: session.protect(write)).first.bytes
                == hex(
                    "908D00002F 00000000190000 D7446FBC912580C0A65E738D28B609E43ADBB8FB2B4CA68744D1BBEBB37EBD32"
                        + "700ADF7BB9F62A6C 00"))
        let next = try SmartCardsTests.session(
            encryption: encryption, authentication: authentication, identifier: "CD73D8E5", counter: 1)
        let read = DESFireCommand.readData(file: 0, length: 48, communication: .full)
        #expect(
            try DESFireExchange(instruction: 0xAD, body: next.protect(read)).first.bytes
                == hex("90AD00000F 00000000300000 7CF94F122B3DB05F 00"))
    }

    @Test("AN12343 page 64: the previous reader identifier in the answer to CommitReaderID")
    func readerIdentifier() throws {
        let key = try aesKey("78240CC5596B751D90023827B0B7E73D")
        let keys = DESFireSessionKeys(encryption: key, authentication: key)
        let vector = keys.answerVector(transactionIdentifier: try hex("2D0611EC"), counter: 2)
        let encrypted = try hex("A1963F1BB9FC916A8B15B2DC58002531")
        let plain = try hex("BDD40ED9F434F9DDCBF5821299CD2119")
        #expect(AES128(key: key).decryptCBC(encrypted, initialVector: vector) == plain)
        #expect(AES128(key: key).encryptCBC(plain, initialVector: vector) == encrypted)
    }

    @Test("AN12343 pages 83-85: CreateTransactionMACFile, the key encrypted")
    func transactionMACFile() throws {
        let encryption = "CFD5F757E422144FE831842694AF69AF"
        let authentication = "390F25170E00278C62B718F3025FCA59"
        let keys = DESFireSessionKeys(
            encryption: try aesKey(encryption), authentication: try aesKey(authentication))
        let vector = keys.commandVector(transactionIdentifier: try hex("B350F7C9"), counter: 1)
        #expect(Hex.encode(vector) == "303DC814A2C7366D298C50DC8F90BB36")
        let session = try session(
            encryption: encryption, authentication: authentication, identifier: "B350F7C9", counter: 1)
        let command = DESFireCommand.createTransactionMACFile(
            file: 15, accessRights: 0x1F10, key: try aesKey("F7D23E0C44AFADE542BFDF2DC5C6AE02"), keyVersion: 0)
        #expect(
            try session.protect(command)
                == hex(
                    "0F00101F02 E64CF1262C6B798B95C950FD7353EA8764B1F4F4C69C4068F513715C486E18B3"
                        + "B3BE705D3E1FB8DC"))
    }

    @Test("every changed bit of an answer ends the session", arguments: 0..<24)
    func changedAnswer(byte: Int) throws {
        var session = try cardUIDSession()
        var bytes = try hex(cardUIDAnswer)
        bytes[byte] ^= 0x10
        let answer = try DESFireAnswer(decoding: bytes)
        #expect(throws: DESFireError(.messageAuthenticationWrong)) {
            _ = try session.open(answer, communication: .full)
        }
        #expect(session.isEnded)
        #expect(throws: DESFireError(.sessionEnded)) { _ = try session.protect(.getCardUID) }
        let genuine = try DESFireAnswer(decoding: hex(cardUIDAnswer))
        #expect(throws: DESFireError(.sessionEnded)) { _ = try session.open(genuine, communication: .full) }
    }

    @Test("an answer too short for its code ends the session", arguments: 0..<8)
    func shortAnswer(count: Int) throws {
        var session = try cardUIDSession()
        let answer = DESFireAnswer(status: .success, data: Array(try hex(cardUIDAnswer).prefix(count)))
        #expect(throws: DESFireError(.messageAuthenticationWrong)) {
            _ = try session.open(answer, communication: .mac)
        }
        #expect(session.isEnded)
    }

    @Test("an answer that comes twice is refused: the counter has moved on")
    func replayed() throws {
        var session = try cardUIDSession()
        let answer = try DESFireAnswer(decoding: hex(cardUIDAnswer))
        _ = try session.open(answer, communication: .full)
        #expect(throws: DESFireError(.messageAuthenticationWrong)) {
            _ = try session.open(answer, communication: .full)
        }
    }

    @Test("an error status ends the session")
    func errorStatus() throws {
        var session = try cardUIDSession()
        #expect(throws: DESFireError(.sessionEnded)) {
            _ = try session.open(DESFireAnswer(status: .permissionDenied), communication: .mac)
        }
        #expect(session.isEnded)
    }

    @Test("a plain command is sent as it is, and counts")
    func plain() throws {
        var session = try cardUIDSession()
        let command = DESFireCommand.getValue(file: 3, communication: .plain)
        #expect(try session.protect(command) == [3])
        let answer = DESFireAnswer(status: .success, data: [1, 2, 3, 4])
        #expect(try session.open(answer, communication: .plain) == [1, 2, 3, 4])
        #expect(session.counter == 1)
    }

    @Test("the last counter value is not used")
    func counterEnd() throws {
        let session = try session(
            authentication: "9366FA195EB566F5BD2BAD4020B83002", identifier: "E2D3AF69", counter: .max)
        #expect(throws: DESFireError(.sessionEnded)) { _ = try session.protect(.getCardUID) }
    }

    private let cardUIDAnswer = "CDFFBF6D34231DA2789DA9D3AB15D560 CE75E39EDBE94C2F 9100"

    private func cardUIDSession() throws -> DESFireSession {
        try session(
            encryption: "C1D7BD9F60034D8432F9AF3403D573D0", authentication: "FD9E26C9766F07C1D07106C0F8F3671F",
            identifier: "569D4B24", counter: 0)
    }
}
