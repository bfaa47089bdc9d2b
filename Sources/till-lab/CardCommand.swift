import ArgumentParser
import Foundation
import Lab
import Payments
import Simulation
import SmartCards

struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "A simulated purse card that speaks to the real pcscd through vpcd.",
        subcommands: [Create.self, Show.self, Tap.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a card and keeps it in a file.")

        @Argument(help: "The card's file.")
        var file: String

        @Option(help: "Application serial number, 20 hexadecimal digits.")
        var serial: String

        @Option(help: "Balance of the card's own purse in yuan.")
        var balance = "0.00"

        func run() async throws {
            guard let amount = Amount(yuan: balance), let fen = UInt32(exactly: amount.fen) else {
                throw ValidationError("--balance must be yuan with at most two decimals")
            }
            guard !FileManager.default.fileExists(atPath: file) else {
                throw ValidationError("\(file) exists; a card is not made over another")
            }
            let information = try LabCards.information(serial: serial)
            let identifier = Array(information.applicationSerial.suffix(4))
            try CardStateFile(path: file).save(
                PurseCardMemory(information: information, identifier: identifier, balance: fen))
            print("\(information.card.text)  purse \(amount)  in \(file)")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what a card holds.")

        @Argument(help: "The card's file.")
        var file: String

        func run() async throws {
            let memory = try CardStateFile(path: file).load()
            print("card            \(memory.information.card.text)")
            print("valid           \(memory.information.validFrom) to \(memory.information.validThrough)")
            print("purse           \(Amount(fen: Int64(memory.balance)))")
            print("offline serial  \(memory.offlineSerial)")
            print("online serial   \(memory.onlineSerial)")
            print("log records     \(memory.log.count)")
            if memory.isApplicationLocked || memory.isCardLocked { print("LOCKED") }
        }
    }

    struct Tap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a card on a virtual reader and takes it away again.")

        @Argument(help: "The card's file.")
        var file: String

        @Option(help: "The file with the lab's purchase master key, 32 hexadecimal digits.")
        var key: String

        @Option(help: "The virtual reader's port on loopback (vpcd: 35963 for its first slot).")
        var port: UInt16 = 35963

        @Option(help: "How long the card stays, seconds.")
        var hold = 2.0

        func validate() throws {
            if !(0.1...3600).contains(hold) { throw ValidationError("--hold must be from 0.1 to 3600 seconds") }
        }

        func run() async throws {
            let card = try LabCard(file: CardStateFile(path: file), masterKey: try LabCards.readKey(key))
            let peer = VirtualCardPeer(card: card.card, port: port)
            try await peer.insert()
            print("the card is on the reader")
            try await Task.sleep(for: .milliseconds(Int64(hold * 1000)))
            let exchanges = peer.exchanges
            await peer.remove()
            print("the card is taken away after \(exchanges) exchange(s)")
        }
    }
}
