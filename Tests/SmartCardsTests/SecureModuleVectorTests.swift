import Payments
import Simulation
import SmartCards
import Testing

/// The published purchases of cards.md section 1.12, named as there, through both modules of the lab.
@Suite("Published purchases through secure modules")
struct SecureModuleVectorTests {
    /// One published purchase, in the fields of INIT_SAM_FOR_PURCHASE.
    struct Vector: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let cardKey: String
        let random: String
        let offlineSerial: String
        let terminalSerial: UInt32
        let amount: String
        let time: String
        let keyVersion: UInt8
        let mac1: String
        let mac2: String

        /// The command as it is in the standard, without factors: the key is the card's own.
        var command: String {
            "80700000 14 \(random) \(offlineSerial) \(amount) 06 \(time) \(Hex.encode([keyVersion])) 00"
        }
    }

    static let vectors = [
        Vector(
            testDescription: "vector A", cardKey: "11223344556677888877665544332211", random: "11223344",
            offlineSerial: "0000", terminalSerial: 1, amount: "00001000", time: "20120229135100", keyVersion: 1,
            mac1: "F15CAB75", mac2: "56988A13"),
        Vector(
            testDescription: "vector C", cardKey: "00112233445566778899AABBCCDDEEFF", random: "584633C9",
            offlineSerial: "0000", terminalSerial: 0, amount: "00000001", time: "20161216134600", keyVersion: 0,
            mac1: "D45737C5", mac2: "66B54A6B"),
    ]

    private func request(_ vector: Vector) throws -> SecureModuleRequest {
        SecureModuleRequest(
            terminal: try terminal(), random: try hex(vector.random),
            offlineSerial: try #require(UInt16(vector.offlineSerial, radix: 16)),
            amount: try #require(UInt32(vector.amount, radix: 16)), transactionType: 0x06, time: try time(vector.time),
            keyVersion: vector.keyVersion, algorithm: 0, factors: [[UInt8](repeating: 0, count: 8)])
    }

    /// A simulated PSAM of the example's terminal that answers at once, as over T=1.
    private func card(_ vector: Vector) throws -> SecureModuleSlot {
        var memory = SecureModuleCardMemory(terminal: try terminal(), serial: [UInt8](repeating: 7, count: 10))
        memory.keyUsage = 0x02
        memory.keyVersion = vector.keyVersion
        memory.nextTerminalSerial = vector.terminalSerial
        memory.answersThroughGetResponse = false
        memory.isFlat = true
        return SecureModuleSlot(SimulatedSecureModuleCard(memory: memory, masterKey: try key(vector.cardKey)))
    }

    @Test("the soft module gives the published MAC1 and takes the published MAC2", arguments: vectors)
    func softRight(vector: Vector) throws {
        var module = SoftSecureModule(cardKey: try key(vector.cardKey))
        let answer = try module.initializeForPurchase(request(vector), terminalSerial: vector.terminalSerial)
        #expect(Hex.encode(answer.mac1) == vector.mac1)
        let isRight = try module.credit(mac2: try hex(vector.mac2))
        #expect(isRight)
    }

    @Test("the soft module refuses the published MAC2 with one bit changed", arguments: vectors)
    func softWrong(vector: Vector) throws {
        for bit in 0..<32 {
            var module = SoftSecureModule(cardKey: try key(vector.cardKey))
            _ = try module.initializeForPurchase(request(vector), terminalSerial: vector.terminalSerial)
            var mac2 = try hex(vector.mac2)
            mac2[bit / 8] ^= 1 << UInt8(bit % 8)
            let isRight = try module.credit(mac2: mac2)
            #expect(!isRight)
        }
    }

    @Test("the simulated PSAM gives the published MAC1 and takes the published MAC2", arguments: vectors)
    func cardRight(vector: Vector) throws {
        let card = try card(vector)
        let serial = Hex.encode(vector.terminalSerial.bigEndianBytes(count: 4))
        #expect(try card.transmit(hex(vector.command)) == hex("\(serial) \(vector.mac1) 9000"))
        #expect(try card.transmit(hex("8072000004 \(vector.mac2)")) == hex("9000"))
        #expect(card.memory.checksSeen == 1 && card.memory.wrongChecksSeen == 0)
    }

    @Test("the simulated PSAM refuses the published MAC2 with one bit changed, and counts it", arguments: vectors)
    func cardWrong(vector: Vector) throws {
        for bit in 0..<32 {
            let card = try card(vector)
            _ = card.transmit(try hex(vector.command))
            var mac2 = try hex(vector.mac2)
            mac2[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(card.transmit(try hex("8072000004") + mac2) == [0x93, 0x02])
            #expect(card.memory.triesLeft == card.memory.triesMaximum - 1)
        }
    }

    @Test("vector F: a module with the master key agrees with one that has the card's diversified key")
    func diversified() throws {
        let vector = Self.vectors[0]
        var memory = try card(vector).memory
        let plain = SecureModuleSlot(
            SimulatedSecureModuleCard(memory: memory, masterKey: try key("496BD7A3513644533100B54E71196528")))
        memory.keyUsage = 0x22
        let master = SecureModuleSlot(
            SimulatedSecureModuleCard(memory: memory, masterKey: try key("00112233445566778899AABBCCDDEEFF")))
        let answer = plain.transmit(try hex(vector.command))
        #expect(answer.suffix(2) == [0x90, 0x00])
        let factor = "1122334455667788"
        let command = vector.command.replacing("80700000 14", with: "80700000 1C") + factor
        #expect(master.transmit(try hex(command)) == answer)
    }

    @Test("both modules agree for one, two and three levels", arguments: 1...3)
    func levels(count: Int) throws {
        let masterKey = try key("0F1E2D3C4B5A69788796A5B4C3D2E1F0")
        let factors = [try hex("2016122100001003"), try hex("2000FF0000000000"), try hex("156FFFFFFFFFFFFF")]
        var request = try request(Self.vectors[0])
        request.factors = Array(factors.prefix(count))
        var memory = try card(Self.vectors[0]).memory
        memory.keyUsage = UInt8(count) << 5 | 0x02
        let card = SecureModuleSlot(SimulatedSecureModuleCard(memory: memory, masterKey: masterKey))
        var soft = SoftSecureModule(masterKey: masterKey)
        let expected = try soft.initializeForPurchase(request, terminalSerial: 1)
        let answer = try ResponseAPDU(
            decoding: card.transmit(SecureModuleCommand.initializeForPurchase(request).bytes))
        #expect(try SecureModuleCommand.decode(answer) == expected)
    }
}
