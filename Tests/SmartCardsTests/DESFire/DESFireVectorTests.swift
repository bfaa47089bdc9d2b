import Payments
import SmartCards
import Testing

/// The published examples of cards.md section 3.3, named as there.
@Suite("Published vectors of DESFire: keys and authentication")
struct DESFireVectorTests {
    @Test("NIST SP 800-38B: CMAC of nothing, of one block, and of 40 and 64 bytes")
    func cmac() throws {
        let key = try aesKey("2B7E151628AED2A6ABF7158809CF4F3C")
        let text = try hex(
            "6BC1BEE22E409F96E93D7E117393172A AE2D8A571E03AC9C9EB76FAC45AF8E51"
                + "30C81C46A35CE411E5FBC1191A0A52EF F69F2445DF4F9B17AD2B417BE66C3710")
        #expect(Hex.encode(AESCMAC.compute([], key: key)) == "BB1D6929E95937287FA37D129B756746")
        #expect(Hex.encode(AESCMAC.compute(Array(text[..<16]), key: key)) == "070A16B46B4D4144F79BDD9DD04A287C")
        #expect(Hex.encode(AESCMAC.compute(Array(text[..<40]), key: key)) == "DFA66747DE9AE63030CA32611497C827")
        #expect(Hex.encode(AESCMAC.compute(text, key: key)) == "51F0BEBF7E3B9D92FC49741779363CFE")
    }

    @Test("FIPS 197 appendix C.1: one block, both ways")
    func block() throws {
        let cipher = AES128(key: try aesKey("000102030405060708090A0B0C0D0E0F"))
        let plain = try hex("00112233445566778899AABBCCDDEEFF")
        let encrypted = try hex("69C4E0D86A7B0430D8CDB78070B4C55A")
        #expect(cipher.encrypt(block: plain) == encrypted)
        #expect(cipher.decrypt(block: encrypted) == plain)
    }

    @Test("AN10922: an AES-128 card key from UID, application and system identifier")
    func diversification() throws {
        let master = try aesKey("00112233445566778899AABBCCDDEEFF")
        let derived = master.diversified(by: try hex("04782E21801D80 3042F5 4E585020416275"))
        #expect(try isKey(derived, "A8DD63A3B89D54B37CA802473FDA9175"))
    }

    @Test("AN10922 as proxmark3 quotes it: a two-key and a three-key triple-DES card key")
    func tripleDESDiversification() throws {
        let double = try key("00112233445566778899AABBCCDDEEFF")
        let derived = double.diversifiedAN10922(by: try hex("04782E21801D803042F54E58502041"))
        #expect(encryptAlike(derived, try key("16F8597C9E8910C86B9648D006107DD7")))
        let triple = try #require(ThreeKeyDESKey(hex("00112233445566778899AABBCCDDEEFF0102030405060708")))
        let three = triple.diversifiedAN10922(by: try hex("04782E21801D803042F54E5850"))
        // Only the first two of its three keys are at hand.
        let known = try hex("2F0DD03675D3FB9A5705AB0BDA91CA0B")
        let codes = try hex("2F0DD03675D3FB9A 5705AB0BDA91CA0B") + (try thirdCode(triple))
        #expect(codes.prefix(16) == known[...])
        #expect(encryptAlike(three, try #require(ThreeKeyDESKey(codes))))
        #expect(!encryptAlike(three, triple))
    }

    /// The third code of the example, computed from nothing but the cipher: subkeys, two blocks, CBC.
    private func thirdCode(_ key: ThreeKeyDESKey) throws -> [UInt8] {
        let cipher = TripleDES(key: key)
        func doubled(_ block: UInt64) -> UInt64 { block << 1 ^ (block >> 63 == 1 ? 0x1B : 0) }
        let zero = cipher.encrypt(block: TripleDES.zeroVector).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let mask = doubled(doubled(zero))
        let message = try hex("33 04782E21801D803042F54E5850 8000")
        let masked =
            message.prefix(8) + (0..<8).map { message[8 + $0] ^ UInt8(truncatingIfNeeded: mask >> (56 - 8 * $0)) }
        return Array(cipher.encryptCBC(Array(masked)).suffix(8))
    }

    @Test("AN10957: an AES-128 card key from the UID alone")
    func shortDiversification() throws {
        let master = try aesKey("F3F9377698707B688EAF84ABE39E3791")
        #expect(try isKey(master.diversified(by: hex("04DEADBEEFFEED")), "0BB408BAFF98B6EE9F2E1585777F6A51"))
    }

    @Test("python-desfire: its variant is a plain CMAC over one block, and not ours")
    func variantDiversification() throws {
        let master = try aesKey("83A66CF43605111802A2616FA0C5E2FF")
        let input = try hex("044D0702195E80 DADADA 715517")
        let variant = AESCMAC.compute([0x01] + input, key: master)
        #expect(Hex.encode(variant) == "DAE9B8D3136B2DAE35D58678F378B0B1")
        #expect(try !isKey(master.diversified(by: input), Hex.encode(variant)))
    }

    @Test("AN12343 pages 33-35: session keys")
    func sessionKeys() throws {
        let keys = DESFireSessionKeys(
            key: try aesKey("00000000000000000000000000000000"),
            terminalRandom: try hex("B04D0787C93EE0CC8CACC8E86F16C6FE"),
            cardRandom: try hex("FA659AD0DCA738DD65DC7DC38612AD81"))
        #expect(try isKey(keys.encryption, "63DC07286289A7A6C0334CA31C314A04"))
        #expect(try isKey(keys.authentication, "774F26743ECE6AF5033B6AE8522946F6"))
    }

    @Test("proxmark: session keys of repeated random numbers")
    func proxmarkSessionKeys() throws {
        let keys = DESFireSessionKeys(
            key: try aesKey("00112233445566778899AABBCCDDEEFF"),
            terminalRandom: try hex("0123456789ABCDEF0123456789ABCDEF"),
            cardRandom: try hex("FEDCBA9876543210FEDCBA9876543210"))
        #expect(try isKey(keys.encryption, "195428119C8528D59580A73C7C96C6A3"))
        #expect(try isKey(keys.authentication, "0AF00F6E39F904C4A6388C812D53DC94"))
    }

    @Test(
        "proxmark: initial vectors of commands",
        arguments: [
            ("66A8CB93269DC9BC2885B7A91B9C697B", "ED56F6E6", 0, "DA0F644A4986275957CF1EC3AF4CCE53"),
            ("445A8626B3338459321232FADF6ADE2B", "11223344", 5, "177494FCC4F1DAB2AFBE8FAE2057A9D2"),
        ] as [(String, String, UInt16, String)])
    func commandVectors(key: String, identifier: String, counter: UInt16, expected: String) throws {
        let keys = DESFireSessionKeys(encryption: try aesKey(key), authentication: try aesKey(key))
        let vector = keys.commandVector(transactionIdentifier: try hex(identifier), counter: counter)
        #expect(Hex.encode(vector) == expected)
    }

    @Test(
        "proxmark: transaction MAC session keys",
        arguments: [
            (
                "66A8CB93269DC9BC2885B7A91B9C697B", "04010203040506", 8, "7C1AD2D9C5C08154A0A4914B401A6598",
                "119B902A07B18A865B8E1B0060594784"
            ),
            (
                "0123456789ABCDEFFEDCBA9876543210", "04A1B2C3D4E5F6", 0x1234_5678,
                "8F76D21BAE6765845188BCF9159BE0EC", "6F701DC037A5F0757A7FF667055F4B25"
            ),
        ] as [(String, String, UInt32, String, String)])
    func transactionKeys(
        key: String, uid: String, counter: UInt32, authentication: String, encryption: String
    ) throws {
        let keys = DESFireTransactionMAC.sessionKeys(
            key: try aesKey(key), cardUID: try hex(uid), counterBefore: counter)
        #expect(try isKey(keys.authentication, authentication))
        #expect(try isKey(keys.encryption, encryption))
    }

    @Test("AN12196 table 14: AuthenticateEV2First, then ChangeFileSettings in the session it opens")
    func authentication() throws {
        let random = try hex("13C5DB8A5930439FC3DEF9A4C675360F")
        var machine = DESFireAuthentication(
            method: .ev2First, keyNumber: 0, key: try aesKey("00000000000000000000000000000000"),
            terminalRandom: random)
        guard case .transmit(let first) = machine.receive(.started) else {
            Issue.record("no command")
            return
        }
        #expect(try first.bytes == hex("9071000002 0000 00"))
        let challenge = try hex("A04C124213C186F22399D33AC2A30215 91AF")
        guard case .transmit(let second) = machine.receive(.cardAnswered(challenge)) else {
            Issue.record("no proof")
            return
        }
        #expect(
            try second.bytes
                == hex("90AF000020 35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D 00"))
        let proof = try hex("3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663 9100")
        guard case .openedSession(var session) = machine.receive(.cardAnswered(proof)) else {
            Issue.record("no session")
            return
        }
        #expect(try session.transactionIdentifier == hex("9D00C4DF"))
        #expect(session.counter == 0)
        _ = try session.open(DESFireAnswer(status: .success), communication: .plain)
        let change = DESFireCommand(
            0x5F, header: [0x02], data: try hex("4000E0C1F121200000430000430000"), communication: .full)
        #expect(
            try DESFireExchange(instruction: 0x5F, body: session.protect(change)).first.bytes
                == hex("905F000019 02 61B6D97903566E84C3AE5274467E89EAD799B7C1A0EF7A04 00"))
        let answer = try DESFireAnswer(decoding: hex("57BFF87B1241E93D 9100"))
        #expect(try session.open(answer, communication: .full) == [])
    }

    @Test("AN12196 table 14: vector SV1 and both session keys")
    func authenticationKeys() throws {
        let terminalRandom = try hex("13C5DB8A5930439FC3DEF9A4C675360F")
        let cardRandom = try hex("B9E2FC789B64BF237CCCAA20EC7E6E48")
        let vector = DESFireSessionKeys.sessionVector(
            [0xA5, 0x5A], terminalRandom: terminalRandom, cardRandom: cardRandom)
        #expect(Hex.encode(vector) == "A55A0001008013C56268A548D8FBBF237CCCAA20EC7E6E48C3DEF9A4C675360F")
        let keys = DESFireSessionKeys(
            key: try aesKey("00000000000000000000000000000000"), terminalRandom: terminalRandom,
            cardRandom: cardRandom)
        #expect(try isKey(keys.encryption, "1309C877509E5A215007FF0ED19CA564"))
        #expect(try isKey(keys.authentication, "4C6626F5E72EA694202139295C7A7FC7"))
    }

    @Test("a key and what holds it show its bytes in no description")
    func hiddenKey() throws {
        let secret = try aesKey("00112233445566778899AABBCCDDEEFF")
        var dumped = ""
        dump([secret], to: &dumped)
        dump(AES128(key: secret), to: &dumped)
        let command = DESFireCommand.createTransactionMACFile(
            file: 15, accessRights: 0x1F10, key: secret, keyVersion: 0)
        dump(command, to: &dumped)
        let machine = DESFireAuthentication(
            method: .aes, keyNumber: 0, key: secret, terminalRandom: [UInt8](repeating: 221, count: 16))
        dump(machine, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(command)", "\(machine)", dumped] {
            #expect(!text.contains("221"), "0xDD in decimal: \(text)")
            #expect(!text.uppercased().contains("CCDD"))
        }
    }

    @Test("keys of other lengths are refused", arguments: ["", "00", "0011223344556677", "zz"])
    func keyLengths(text: String) { #expect(AESKey(hex: text) == nil) }
}
