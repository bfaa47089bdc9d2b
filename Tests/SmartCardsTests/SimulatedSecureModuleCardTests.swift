import Foundation
import Payments
import Simulation
import SmartCards
import Testing

@Suite("The simulated PSAM")
struct SimulatedSecureModuleCardTests {
    private let masterKey: DESKey
    private let memory: SecureModuleCardMemory
    private let initialize = "80700000 1C 11223344 0000 00001000 06 20120229135100 01 00 1122334455667788"

    init() throws {
        masterKey = try key("00112233445566778899AABBCCDDEEFF")
        memory = SecureModuleCardMemory(terminal: try terminal(), serial: try hex("00000001001122334455"))
    }

    private func card(
        file: SecureModuleStateFile? = nil, _ change: (inout SecureModuleCardMemory) -> Void = { _ in }
    ) -> SecureModuleSlot {
        var memory = memory
        change(&memory)
        return SecureModuleSlot(SimulatedSecureModuleCard(memory: memory, masterKey: masterKey, file: file))
    }

    private func mac2(of answer: String) throws -> String {
        let serial = try #require(UInt32(answer.prefix(8), radix: 16))
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            masterKey.diversified(by: try hex("1122334455667788")), random: try hex("11223344"), offlineSerial: 0,
            terminalSerial: serial)
        return Hex.encode(PurseCryptogram.purchaseMAC2(sessionKey, amount: 0x1000))
    }

    @Test("its files stand in the master file or in the application, as it was made")
    func files() throws {
        let card = self.card()
        #expect(try card.send("00B0960006") == "0011223344559000")
        #expect(try card.send("00B095000E") == "0000000100112233445501000000" + "9000")
        #expect(try card.send("00B0970001") == "6A82")
        #expect(try card.send("00A4000002 1001").hasSuffix("9000"))
        #expect(try card.send("00B0970001") == "019000")
        #expect(try card.send("00B0960006") == "6A82")
        let other = self.card { $0.hasFilesInMasterFile = false }
        #expect(try other.send("00B0960006") == "6A82")
        #expect(try other.send("00A40400084C41422E5053414D").hasSuffix("9000"))
        #expect(try other.send("00B0960006") == "0011223344559000")
        #expect(try other.send("00B0960010") == "6C06")
    }

    @Test("with T=0 the answer to 8070 waits for GET RESPONSE, and data with Le cannot be sent")
    func characterProtocol() throws {
        let card = self.card()
        _ = try card.send("00A4000002 1001")
        #expect(card.transmit(try hex(initialize + "08")) == [0x67, 0x00])
        #expect(card.transmit(try hex(initialize)) == [0x61, 0x08])
        #expect(card.transmit([0x00, 0xC0, 0x00, 0x00, 0x05]) == [0x6C, 0x08])
        #expect(card.transmit([0x00, 0xC0, 0x00, 0x00, 0x08]).count == 10)
        #expect(card.transmit([0x00, 0xC0, 0x00, 0x00, 0x08]) == [0x69, 0x85])
    }

    @Test("a purchase needs the application, the right number of factors, key version and type")
    func refusals() throws {
        let card = self.card()
        #expect(try card.send(initialize) == "6985")
        _ = try card.send("00A4000002 1001")
        #expect(try card.send(initialize.replacing("1C", with: "24") + "2000FF0000000000") == "6700")
        #expect(try card.send(initialize.replacing(" 01 00 ", with: " 02 00 ")) == "9403")
        #expect(try card.send(initialize.replacing(" 01 00 ", with: " 01 01 ")) == "9403")
        #expect(try card.send(initialize.replacing(" 06 ", with: " 02 ")) == "6A80")
        #expect(card.memory.nextTerminalSerial == 1, "a refused command takes no serial")
        #expect(try card.send("8072000004 01020304") == "6901")
    }

    @Test("a check follows its 8070 at once, and only once")
    func order() throws {
        let card = self.card()
        _ = try card.send("00A4000002 1001")
        var answer = try card.send(initialize)
        #expect(try card.send("00B0970001") == "019000")
        #expect(try card.send("8072000004" + mac2(of: answer)) == "6901")
        answer = try card.send(initialize)
        #expect(try card.send("8072000004" + mac2(of: answer)) == "9000")
        #expect(try card.send("8072000004" + mac2(of: answer)) == "6901")
        #expect(card.memory.checksSeen == 3 && card.memory.wrongChecksSeen == 0)
    }

    @Test("wrong MAC2 values lock the key, a right one before that sets the counter back")
    func locks() throws {
        let card = self.card {
            $0.triesMaximum = 2; $0.triesLeft = 2
        }
        _ = try card.send("00A4000002 1001")
        _ = try card.send(initialize)
        #expect(try card.send("8072000004 01020304") == "9302")
        let answer = try card.send(initialize)
        #expect(try card.send("8072000004" + mac2(of: answer)) == "9000")
        for _ in 0..<2 {
            _ = try card.send(initialize)
            #expect(try card.send("8072000004 01020304") == "9302")
        }
        #expect(card.memory.isLocked)
        #expect(try card.send(initialize) == "6983")
        #expect(try card.send("8072000004 01020304") == "9303")
        let telling = self.card { $0.tellsTriesLeft = true }
        _ = try telling.send("00A4000002 1001")
        _ = try telling.send(initialize)
        #expect(try telling.send("8072000004 01020304") == "63C9")
    }

    @Test("serial and counter are in the file before the answer, and survive the loss of power")
    func durable() throws {
        let path = NSTemporaryDirectory() + "psam-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = SecureModuleStateFile(path: path)
        try file.save(memory)
        for round in 1...2 {
            let card = SecureModuleSlot(
                SimulatedSecureModuleCard(memory: try file.load(), masterKey: masterKey, file: file))
            _ = try card.send("00A4000002 1001")
            let answer = try card.send(initialize)
            #expect(answer.hasPrefix("0000000\(round)"))
            #expect(try file.load().nextTerminalSerial == UInt32(round) + 1)
            _ = try card.send("8072000004 01020304")
            #expect(try file.load().triesLeft == memory.triesMaximum - round)
            card.powerOn()
            #expect(try card.send(initialize) == "6985", "power off forgets the selection")
        }
    }

    @Test("a module that cannot store gives no serial and no verdict")
    func storageFails() throws {
        let card = self.card(file: SecureModuleStateFile(path: "/nonexistent/psam.json"))
        _ = try card.send("00A4000002 1001")
        #expect(try card.send(initialize) == "6581")
        #expect(card.memory.nextTerminalSerial == 1)
    }

    @Test("a serial that is used up is refused")
    func usedUp() throws {
        let card = self.card { $0.nextTerminalSerial = .max - 1 }
        _ = try card.send("00A4000002 1001")
        #expect(try card.send(initialize).hasPrefix("FFFFFFFE"))
        #expect(try card.send(initialize) == "9402")
    }

    @Test("garbage is answered with a status word", arguments: ["", "00", "8070", "FFCA000000", "80CA000000", "00A4"])
    func garbage(command: String) throws {
        let card = self.card()
        #expect(card.transmit(try hex(command)).count == 2)
    }
}
