import ArgumentParser
import Foundation
import Lab
import Payments
import Simulation
import SmartCards

struct SecureModuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sam",
        abstract: "A simulated secure module (PSAM) that speaks to the real pcscd through vpcd.",
        discussion: """
            The module lies in the second virtual slot ("Virtual PCD 00 01"), as a real one lies in a SIM-size slot \
            beside the reader. It holds the lab's purchase master key, counts its terminal transaction serial and \
            wrong MAC2 values in its file, and locks its key when there were too many.

            EXAMPLES
              till-lab sam create psam.json --terminal 000000000001
              till-lab sam insert psam.json --key master-key
              till-lab sam show psam.json
            """,
        subcommands: [Create.self, Show.self, Insert.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a secure module and keeps it in a file.")

        @Argument(help: "The module's file.")
        var file: String

        @Option(help: "The terminal that it is made for, 12 upper-case hexadecimal digits (terminal.id of tilld).")
        var terminal: String

        @Option(help: "The module's own serial number, 20 hexadecimal digits; the terminal's number if left out.")
        var serial: String?

        @Option(help: "The application's file, 4 hexadecimal digits, or \"none\": the keys are in the master file.")
        var application = "1001"

        @Option(help: "Levels of key diversification, 1 to 3.")
        var levels = 1

        @Option(help: "Version of the purchase key, 0 to 255; cards of \"till-lab card create\" ask for 1.")
        var keyVersion: UInt8 = 1

        @Option(help: "Wrong MAC2 values before the key is locked, 1 to 15.")
        var tries = SecureModuleCardMemory.triesMaximum

        @Flag(help: "Files 15 and 16 stand in the application, not in the master file.")
        var filesInApplication = false

        func run() async throws {
            let memory = try memory()
            guard !FileManager.default.fileExists(atPath: file) else {
                throw ValidationError("\(file) exists; a secure module is not made over another")
            }
            try SecureModuleStateFile(path: file).save(memory)
            print("secure module …\(Hex.encode(memory.serial.suffix(2))) of terminal \(memory.terminal) in \(file)")
        }

        private func memory() throws -> SecureModuleCardMemory {
            guard let terminal = TerminalID(text: terminal) else {
                throw ValidationError("--terminal must be 12 upper-case hexadecimal digits")
            }
            let serial = serial ?? "00000001" + terminal.text
            guard let serialBytes = Hex.decode(serial), serialBytes.count == 10 else {
                throw ValidationError("--serial must be 20 hexadecimal digits")
            }
            guard (1...3).contains(levels) else { throw ValidationError("--levels must be 1, 2 or 3") }
            guard (1...15).contains(tries) else { throw ValidationError("--tries must be from 1 to 15") }
            var memory = SecureModuleCardMemory(terminal: terminal, serial: serialBytes)
            memory.keyUsage = UInt8(levels) << 5 | 0x02
            memory.keyVersion = keyVersion
            memory.triesMaximum = tries
            memory.triesLeft = tries
            memory.hasFilesInMasterFile = !filesInApplication
            if application == "none" {
                memory.isFlat = true
            } else {
                guard let bytes = Hex.decode(application), bytes.count == 2 else {
                    throw ValidationError("--application must be 4 hexadecimal digits or \"none\"")
                }
                memory.applicationFile = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
            }
            return memory
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what a secure module holds, without its key.")

        @Argument(help: "The module's file.")
        var file: String

        func run() async throws {
            let memory = try SecureModuleStateFile(path: file).load()
            let application =
                memory.isFlat ? "none" : Hex.encode(memory.applicationFile.bigEndianBytes(count: 2))
            print("terminal         \(memory.terminal)")
            print("serial number    \(Hex.encode(memory.serial))")
            print("application      \(application)")
            print("key              version \(memory.keyVersion), \(memory.levels) level(s)")
            print("next serial      \(memory.nextTerminalSerial)")
            print("MAC2 checked     \(memory.checksSeen), \(memory.wrongChecksSeen) of them wrong")
            print("tries left       \(memory.triesLeft) of \(memory.triesMaximum)")
            if memory.isLocked { print("LOCKED") }
        }
    }

    struct Insert: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a secure module into a virtual slot, until Ctrl-C.",
            discussion: "When pcscd restarts, the module is put in again.")

        @Argument(help: "The module's file.")
        var file: String

        @Option(help: "The file with the lab's purchase master key, 32 hexadecimal digits.")
        var key: String

        @Option(help: "The virtual slot's port on loopback (vpcd: 35964 for its second slot).")
        var port: UInt16 = 35964

        func run() async throws {
            let state = SecureModuleStateFile(path: file)
            let card = SimulatedSecureModuleCard(
                memory: try state.load(), masterKey: try LabCards.readKey(key), file: state)
            let peer = VirtualCardPeer(card: card, port: port)
            try await peer.insert()
            LabOutput.line("secure module of terminal \(card.memory.terminal) is in the slot; Ctrl-C takes it out")
            while true {
                // Every answer is in the file before it is given, so Ctrl-C may come at any time.
                while peer.isInserted { try await Task.sleep(for: .milliseconds(200)) }
                LabOutput.line("the slot is gone; waiting for it")
                while !(await isInserted(peer)) { try await Task.sleep(for: .milliseconds(500)) }
                LabOutput.line("the secure module is in the slot again")
            }
        }

        private func isInserted(_ peer: VirtualCardPeer) async -> Bool {
            do throws(VirtualCardPeerError) {
                try await peer.insert()
                return true
            } catch {
                return false
            }
        }
    }
}
