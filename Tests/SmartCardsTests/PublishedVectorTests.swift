import Payments
import Simulation
import SmartCards
import Testing

/// The published examples of cards.md section 1.12, named as there.
@Suite("Published vectors of the electronic purse")
struct PublishedVectorTests {
    @Test("vector A: session key, MAC1 and MAC2 of a purchase")
    func vectorA() throws {
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            try key("11223344556677888877665544332211"), random: try hex("11223344"), offlineSerial: 0,
            terminalSerial: 1)
        #expect(encryptAlike(sessionKey, try key("003238ABC57659DD")))
        let transaction = PurseTransaction(
            amount: 0x1000, type: 0x06, terminal: try terminal(), time: try time("20120229135100"))
        #expect(Hex.encode(PurseCryptogram.purchaseMAC1(sessionKey, transaction)) == "F15CAB75")
        #expect(Hex.encode(PurseCryptogram.purchaseMAC2(sessionKey, amount: 0x1000)) == "56988A13")
    }

    @Test("vector A: the TAC key is the exclusive or of both halves")
    func vectorAFoldedKey() throws {
        let folded = try key("00112233445566778899AABBCCDDEEFF").folded
        #expect(encryptAlike(folded, try key("8888888888888888")))
    }

    @Test("vector B: session key, MAC1 and MAC2 of a load")
    func vectorB() throws {
        let sessionKey = PurseCryptogram.loadSessionKey(
            try key("11223344556677888877665544332211"), random: try hex("11223344"), onlineSerial: 0)
        #expect(encryptAlike(sessionKey, try key("9B1D924E05595603")))
        let transaction = PurseTransaction(
            amount: 0x1000, type: 0x01, terminal: try terminal(), time: try time("20111221214822"))
        #expect(Hex.encode(PurseCryptogram.loadMAC1(sessionKey, transaction, balanceBefore: 0)) == "2988AE5A")
        #expect(Hex.encode(PurseCryptogram.loadMAC2(sessionKey, transaction)) == "3A845BF0")
    }

    @Test("vector C: load of a real card")
    func vectorCLoad() throws {
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        let sessionKey = PurseCryptogram.loadSessionKey(cardKey, random: try hex("C903814D"), onlineSerial: 0)
        #expect(encryptAlike(sessionKey, try key("11FDF264E8AEEFA3")))
        let transaction = PurseTransaction(
            amount: 0x2000, type: PurseTransaction.loadType, terminal: try terminal(),
            time: try time("20161216105800"))
        #expect(Hex.encode(PurseCryptogram.loadMAC1(sessionKey, transaction, balanceBefore: 0)) == "03976C22")
        #expect(Hex.encode(PurseCryptogram.loadMAC2(sessionKey, transaction)) == "8AFA5718")
        let tac = PurseCryptogram.loadTAC(cardKey, transaction, balanceAfter: 0x2000, onlineSerial: 0)
        #expect(Hex.encode(tac) == "FA00066D")
    }

    @Test("vector C: the issuer's side of a real card's load: request, grant and TAC")
    func vectorCIssuer() throws {
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        let answer = try ResponseAPDU(decoding: hex("00000000 0000 00 00 C903814D 03976C22 9000"))
        let request = LoadRequest(
            information: try LabCampus().information, amount: 0x2000, terminal: try terminal(),
            initialization: try LoadInitialization(decoding: answer))
        #expect(request.isGenuine(underLoadKey: cardKey))
        #expect(!request.isGenuine(underLoadKey: try key("11223344556677888877665544332211")))
        let grant = request.grant(at: try time("20161216105800"), underLoadKey: cardKey)
        #expect(Hex.encode(grant.mac2) == "8AFA5718")
        #expect(try grant.canonicalBytes == hex("20161216 105800 8AFA5718"))
        // Kind, card, amount, type, terminal, date, time, INITIALIZE's answer, MAC2, log not read, TAC.
        let bytes =
            try [0x02] + request.information.bytes
            + hex("00002000 02 001122334455 20161216 105800") + hex("00000000 0000 00 00 C903814D 03976C22")
            + hex("8AFA5718") + [UInt8](repeating: 0, count: 24) + hex("FA00066D")
        let evidence = try #require(LoadEvidence(canonicalBytes: bytes))
        #expect(evidence.isGenuine(underTACKey: cardKey))
        #expect(evidence.canonicalBytes == bytes)
        for offset in [34, 41, 45, 48, 52, 54, 96] {
            var changed = bytes
            changed[offset] ^= 0x01
            let other = try #require(LoadEvidence(canonicalBytes: changed))
            #expect(!other.isGenuine(underTACKey: cardKey), "the TAC covers byte \(offset)")
        }
    }

    @Test("vector C: the second INITIALIZE is a request of its own, and the first one's grant is not for it")
    func vectorCSecondRequest() throws {
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        let answer = try ResponseAPDU(decoding: hex("00000000 0000 00 00 E0B84748 EA411F90 9000"))
        let request = LoadRequest(
            information: try LabCampus().information, amount: 0x2000, terminal: try terminal(),
            initialization: try LoadInitialization(decoding: answer))
        #expect(request.isGenuine(underLoadKey: cardKey))
        let grant = request.grant(at: try time("20161216105800"), underLoadKey: cardKey)
        #expect(Hex.encode(grant.mac2) != "8AFA5718")
    }

    @Test("vector C: the same load initialized a second time")
    func vectorCSecondInitialization() throws {
        let sessionKey = PurseCryptogram.loadSessionKey(
            try key("00112233445566778899AABBCCDDEEFF"), random: try hex("E0B84748"), onlineSerial: 0)
        #expect(encryptAlike(sessionKey, try key("7C45FBFB5B3A68F5")))
        let transaction = PurseTransaction(
            amount: 0x2000, type: PurseTransaction.loadType, terminal: try terminal(),
            time: try time("20161216105800"))
        #expect(Hex.encode(PurseCryptogram.loadMAC1(sessionKey, transaction, balanceBefore: 0)) == "EA411F90")
    }

    @Test("vector C: purchase of a real card, from the terminal's side")
    func vectorCPurchaseTerminal() throws {
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        let answer = try ResponseAPDU(decoding: hex("00002000 0000 000000 00 00 584633C9 9000"))
        let initialization = try PurchaseInitialization(decoding: answer)
        #expect(initialization.balanceBefore == 0x2000)
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            cardKey, random: initialization.random, offlineSerial: initialization.offlineSerial, terminalSerial: 0)
        #expect(encryptAlike(sessionKey, try key("C08346DF9F1D457A")))
        let transaction = PurseTransaction(
            amount: 1, type: PurseTransaction.purchaseType, terminal: try terminal(), time: try time("20161216134600"))
        let mac1 = PurseCryptogram.purchaseMAC1(sessionKey, transaction)
        let debit = PurseCommand.debitForPurchase(terminalSerial: 0, time: transaction.time, mac1: mac1)
        #expect(try debit.bytes == hex("805401000F 00000000 20161216 134600 D45737C5 08"))
        #expect(Hex.encode(PurseCryptogram.purchaseMAC2(sessionKey, amount: 1)) == "66B54A6B")
        #expect(Hex.encode(PurseCryptogram.purchaseTAC(cardKey, transaction, terminalSerial: 0)) == "8AF270DC")
    }

    @Test("vector C: purchase of a real card, from the card's side")
    func vectorCPurchaseCard() throws {
        let campus = try LabCampus()
        let cardKey = try key("00112233445566778899AABBCCDDEEFF")
        var memory = campus.memory(balance: 0x2000)
        memory.keyVersion = 0
        var card = SimulatedPurseCard(
            memory: memory, keys: PurseCardKeys(purchase: cardKey, transactionAuthentication: cardKey),
            random: ScriptedGenerator(0x5846_33C9))
        _ = card.transmit(try hex("00A4040009 A00000000386980701"))
        #expect(
            try card.transmit(hex("805001020B 01 00000001 001122334455 0F"))
                == hex("00002000 0000 000000 00 00 584633C9 9000"))
        #expect(
            try card.transmit(hex("805401000F 00000000 20161216 134600 D45737C5 08"))
                == hex("8AF270DC 66B54A6B 9000"))
    }

    @Test("vector F: a card key is diversified from the master key")
    func vectorFDiversification() throws {
        let master = try key("00112233445566778899AABBCCDDEEFF")
        let expected = try key("496BD7A3513644533100B54E71196528")
        #expect(encryptAlike(master.diversified(by: try hex("1122334455667788")), expected))
        #expect(encryptAlike(master.diversified(through: [try hex("1122334455667788")]), expected))
    }

    @Test("vector F: a key-load command, encrypted and decrypted")
    func vectorFKeyLoad() throws {
        let cipher = TripleDES(key: try key("00112233445566778899AABBCCDDEEFF"))
        let plaintext = try hex("13220000 00112233445566778899AABBCCDDEEFF 80000000")
        let ciphertext = try hex("DCC0BB5793ABFCA2CA8C1624822F6E01A86A0B5CBED191DD")
        let blocks = stride(from: 0, to: plaintext.count, by: 8)
        #expect(blocks.flatMap { cipher.encrypt(block: Array(plaintext[$0..<$0 + 8])) } == ciphertext)
        #expect(blocks.flatMap { cipher.decrypt(block: Array(ciphertext[$0..<$0 + 8])) } == plaintext)
    }

    @Test("vector F: the MAC of a key-load command under a 16-byte key")
    func vectorFKeyLoadMAC() throws {
        let command = try hex("84D400001C DCC0BB5793ABFCA2CA8C1624822F6E01A86A0B5CBED191DD")
        let mac = PurseMAC.compute(
            command, key: try key("00112233445566778899AABBCCDDEEFF"), initialVector: try hex("5D72B3FD00000000"))
        #expect(Hex.encode(mac) == "8A9D4ADB")
    }

    @Test("CBC decrypts what it encrypted, and chains its blocks")
    func cbc() throws {
        let cipher = TripleDES(key: try key("00112233445566778899AABBCCDDEEFF"))
        let plaintext = [UInt8](repeating: 0x5A, count: 24)
        let vector = try hex("0102030405060708")
        let ciphertext = cipher.encryptCBC(plaintext, initialVector: vector)
        #expect(cipher.decryptCBC(ciphertext, initialVector: vector) == plaintext)
        #expect(ciphertext[0..<8] != ciphertext[8..<16])
    }

    @Test("three levels of diversification run from the issuer down to the card")
    func levels() throws {
        let master = try key("00112233445566778899AABBCCDDEEFF")
        let (card, city, country) = (
            try hex("0000000000000001"), try hex("2000FF0000000000"), try hex("156FFFFFFFFFFFFF")
        )
        let byHand = master.diversified(by: country).diversified(by: city).diversified(by: card)
        #expect(encryptAlike(master.diversified(through: [card, city, country]), byHand))
        #expect(!encryptAlike(master.diversified(through: [country, city, card]), byHand))
    }

    @Test("a key shows its bytes in no description")
    func hiddenKey() throws {
        let secret = try key("00112233445566778899AABBCCDDEEFF")
        var dumped = ""
        dump([secret], to: &dumped)
        let module = SoftSecureModule(masterKey: secret)
        dump(module, to: &dumped)
        dump(TripleDES(key: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(module)", "\(TripleDES(key: secret))", dumped] {
            #expect(!text.contains("17"), "0x11 in decimal: \(text)")
            #expect(!text.contains("221"), "0xDD in decimal: \(text)")
            #expect(!text.uppercased().contains("CCDD"))
        }
    }

    @Test("keys of other lengths are refused", arguments: ["", "00", "00112233445566", "001122334455667788", "zz"])
    func keyLengths(text: String) { #expect(DESKey(hex: text) == nil) }
}
