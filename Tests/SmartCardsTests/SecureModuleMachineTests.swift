import Payments
import Simulation
import SmartCards
import Testing

@Suite("The dialogue with a PSAM")
struct SecureModuleMachineTests {
    private let masterKey: DESKey
    private let memory: SecureModuleCardMemory

    init() throws {
        masterKey = try key("00112233445566778899AABBCCDDEEFF")
        memory = SecureModuleCardMemory(terminal: try terminal(), serial: try hex("00000001001122334455"))
    }

    /// Machine and module, with the bytes between them.
    private final class Dialogue {
        var machine: SecureModuleMachine
        let card: SecureModuleSlot
        var commands: [String] = []
        /// Answers instead of the module's, by the instruction byte; `nil` for no answer.
        var replaced: [UInt8: [UInt8]?] = [:]

        init(machine: SecureModuleMachine, card: SecureModuleSlot) {
            self.machine = machine
            self.card = card
        }

        func run(_ event: SecureModuleMachine.Event) -> SecureModuleMachine.Action {
            var action = machine.receive(event)
            while case .transmit(let command) = action {
                commands.append(Hex.encode(command.bytes))
                if let replacement = replaced[command.instruction] {
                    action = machine.receive(replacement.map { .answered($0) } ?? .exchangeFailed)
                } else {
                    action = machine.receive(.answered(card.exchange(command.bytes)))
                }
            }
            return action
        }

        func activate() -> SecureModuleMachine.Action {
            card.powerOn()
            return run(.activated)
        }
    }

    private func dialogue(
        _ application: SecureModuleProfile.Application = .file(0x1001), terminal text: String = "001122334455",
        last: UInt32? = nil, _ change: (inout SecureModuleCardMemory) -> Void = { _ in }
    ) throws -> Dialogue {
        var memory = memory
        change(&memory)
        return Dialogue(
            machine: SecureModuleMachine(
                profile: SecureModuleProfile(application: application), terminal: try terminal(text),
                lastTerminalSerial: last),
            card: SecureModuleSlot(SimulatedSecureModuleCard(memory: memory, masterKey: masterKey)))
    }

    private func request() throws -> SecureModuleRequest {
        SecureModuleRequest(
            terminal: try terminal(), random: try hex("11223344"), offlineSerial: 0, amount: 0x1000, transactionType: 6,
            time: try time("20120229135100"), keyVersion: 1, algorithm: 0, factors: [try hex("1122334455667788")])
    }

    private func mac2(_ answer: SecureModuleMachine.Action) throws -> [UInt8] {
        guard case .opened(let opened) = answer else {
            Issue.record("not opened: \(answer)")
            return []
        }
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            masterKey.diversified(by: try hex("1122334455667788")), random: try hex("11223344"), offlineSerial: 0,
            terminalSerial: opened.terminalSerial)
        return PurseCryptogram.purchaseMAC2(sessionKey, amount: 0x1000)
    }

    @Test(
        "files in the master file, in the application, or no application at all: each module becomes ready",
        arguments: ["master", "application", "named", "flat", "block"])
    func activation(kind: String) throws {
        let named = SecureModuleProfile.Application.name(Array("LAB.PSAM".utf8))
        let dialogue =
            switch kind {
            case "master": try dialogue()
            case "application": try dialogue { $0.hasFilesInMasterFile = false }
            case "named": try dialogue(named)
            case "flat": try dialogue(.masterFile) { $0.isFlat = true }
            default: try dialogue { $0.answersThroughGetResponse = false }
            }
        guard case .ready(let identity) = dialogue.activate() else {
            Issue.record("not ready")
            return
        }
        #expect(identity.terminal == memory.terminal && identity.serial == memory.serial && identity.version == 1)
        #expect(identity.serialEnding == "4455")
        let opened = dialogue.run(.initialize(try request()))
        #expect(dialogue.run(.check(mac2: try mac2(opened))) == .checked(isRight: true, triesLeft: nil))
        #expect(dialogue.machine.isReady)
    }

    @Test("a contact module is spoken to with the published commands")
    func commands() throws {
        let dialogue = try dialogue()
        _ = dialogue.activate()
        let mac2 = try mac2(dialogue.run(.initialize(try request())))
        _ = dialogue.run(.check(mac2: mac2))
        #expect(
            dialogue.commands == [
                "00A40000023F00", "00C0000012", "00B0960006", "00B095000E", "00A40000021001", "00C000000C",
                "807000001C" + "1122334400000000100006201202291351000100" + "1122334455667788" + "08", "00C0000008",
                "8072000004" + Hex.encode(mac2),
            ])
    }

    @Test("a module of another terminal is refused, whatever else it says")
    func wrongTerminal() throws {
        let dialogue = try dialogue(terminal: "000000000001")
        #expect(dialogue.activate() == .failed(.wrongTerminal(try terminal())))
        #expect(!dialogue.machine.isReady)
    }

    @Test("a purse card in the slot is no secure module")
    func foreignCard() throws {
        let campus = try LabCampus()
        var machine = try dialogue().machine
        var card = campus.card()
        var action = machine.receive(.activated)
        while case .transmit(let command) = action {
            action = machine.receive(.answered(card.exchange(command.bytes)))
        }
        #expect(action == .failed(.notASecureModule(.fileNotFound, .selectApplication)))
    }

    @Test("a serial that stands still or goes back is refused and not used", arguments: [1, 5, UInt32.max])
    func serialNotAdvancing(last: UInt32) throws {
        let dialogue = try dialogue(last: last)
        _ = dialogue.activate()
        #expect(
            dialogue.run(.initialize(try request())) == .failed(.serialNotAdvancing(last: last, given: 1)))
        #expect(dialogue.machine.lastTerminalSerial == last)
        #expect(!dialogue.machine.isReady && !dialogue.machine.isOpen)
    }

    @Test("gaps in the serial are the module's business")
    func gap() throws {
        let dialogue = try dialogue(last: 5) { $0.nextTerminalSerial = 900 }
        _ = dialogue.activate()
        _ = try mac2(dialogue.run(.initialize(try request())))
        #expect(dialogue.machine.lastTerminalSerial == 900)
    }

    @Test("a wrong MAC2 leaves the module ready, with the tries it tells of")
    func wrongMAC2() throws {
        for tells in [false, true] {
            let dialogue = try dialogue { $0.tellsTriesLeft = tells }
            _ = dialogue.activate()
            _ = dialogue.run(.initialize(try request()))
            #expect(
                dialogue.run(.check(mac2: [1, 2, 3, 4])) == .checked(isRight: false, triesLeft: tells ? 9 : nil))
            #expect(dialogue.machine.isReady)
        }
    }

    @Test("an abandoned purchase sends nothing, and the next one works")
    func abandoned() throws {
        let dialogue = try dialogue()
        _ = dialogue.activate()
        _ = dialogue.run(.initialize(try request()))
        #expect(dialogue.run(.abandoned) == .ended)
        #expect(dialogue.card.memory.checksSeen == 0)
        let mac2 = try mac2(dialogue.run(.initialize(try request())))
        #expect(dialogue.run(.check(mac2: mac2)) == .checked(isRight: true, triesLeft: nil))
    }

    @Test(
        "a check is sent once, whatever comes back",
        arguments: ["", "61", "6108", "6C04", "6581", "6985", "9303", "9000FF", "01029000"])
    func checkOnce(answer: String) throws {
        let dialogue = try dialogue()
        _ = dialogue.activate()
        _ = dialogue.run(.initialize(try request()))
        dialogue.replaced[0x72] = try hex(answer)
        guard case .failed(let failure) = dialogue.run(.check(mac2: [1, 2, 3, 4])) else {
            Issue.record("not failed")
            return
        }
        #expect(dialogue.commands.count { $0.hasPrefix("8072") } == 1)
        #expect(!dialogue.commands[(dialogue.commands.count - 1)...].contains { $0.hasPrefix("00C0") })
        #expect(failure.mayHaveCounted == !["6985", "9303"].contains(answer))
        #expect(!dialogue.machine.isReady, "it is activated anew")
    }

    @Test(
        "whatever step gets no answer or nonsense, the module must be activated again",
        arguments: [0xA4, 0xB0, 0x70, 0x72, 0xC0] as [UInt8],
        [nil, [], [0x90], [0x61, 0x00, 0x61, 0x00]] as [[UInt8]?])
    func broken(instruction: UInt8, answer: [UInt8]?) throws {
        let dialogue = try dialogue()
        dialogue.replaced[instruction] = .some(answer)
        var action = dialogue.activate()
        if case .ready = action { action = dialogue.run(.initialize(try request())) }
        if case .opened = action { action = dialogue.run(.check(mac2: [1, 2, 3, 4])) }
        guard case .failed = action else {
            Issue.record("\(action)")
            return
        }
        dialogue.replaced = [:]
        guard case .ready = dialogue.activate() else {
            Issue.record("not ready again")
            return
        }
    }

    @Test("a locked key or application is named", arguments: ["6983", "9303", "6A81", "6283"])
    func locked(status: String) throws {
        let dialogue = try dialogue()
        _ = dialogue.activate()
        dialogue.replaced[0x70] = try hex(status)
        guard case .failed(.locked(_, .initialize)) = dialogue.run(.initialize(try request())) else {
            Issue.record("not locked")
            return
        }
    }

    @Test("an identity masks the module's serial number wherever it is printed")
    func masked() throws {
        let dialogue = try dialogue()
        guard case .ready(let identity) = dialogue.activate() else { return }
        var dumped = ""
        dump(identity, to: &dumped)
        for text in ["\(identity)", String(reflecting: identity), dumped] {
            #expect(!text.contains("00000001"), "\(text)")
        }
    }

    @Test("a record is read back as it was written, and nothing else is read")
    func record() throws {
        let dialogue = try dialogue()
        guard case .ready(let identity) = dialogue.activate() else { return }
        var record = SecureModuleRecord()
        #expect(SecureModuleRecord(text: record.text) == record)
        let changes = [record.adopt(identity), record.adopt(identity)]
        #expect(changes == [true, false])
        record.terminalSerial = 4_294_967_294
        record.wrongMAC2Count = 2
        record.isDistrusted = true
        let text = record.text
        #expect(SecureModuleRecord(text: text) == record)
        let wrong = [
            "", "\n", text + "\n", String(text.dropLast()), text.replacing("record 1", with: "record 2"),
            text.replacing("wrong_mac2 2", with: "wrong_mac2 -2"),
            text.replacing("wrong_mac2 2", with: "wrong_mac2 02"),
            text.replacing("trust no", with: "trust maybe"), text.replacing("4294967294", with: "4294967296"),
            text.replacing("module 00", with: "module 0"), text.uppercased(),
        ]
        for text in wrong { #expect(SecureModuleRecord(text: text) == nil, "\(text)") }
    }
}
