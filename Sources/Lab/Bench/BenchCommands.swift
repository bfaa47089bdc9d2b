import Foundation
import Payments
import SmartCards

/// The commands with which a terminal identifies a purse card: SELECT, INITIALIZE for nothing, DEBIT.
///
/// The DEBIT cannot be right, because its code depends on what the card has just drawn: the card computes the same, and
/// then refuses and keeps everything as it was.
package enum BenchCommands {
    static let names = ["SELECT", "INITIALIZE", "DEBIT"]
    /// What a card of the lab answers.
    static let statusWords = ["9000", "9000", "9302"]

    /// Writes the commands to `path`, one a line, in hexadecimal digits.
    static func write(to path: String) throws {
        let application: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]
        guard let terminal = TerminalID(text: LabCampus.terminalID) else { throw LabError("the lab's terminal") }
        let commands = [
            GeneralCommand.select(name: application),
            PurseCommand.initializeForPurchase(keyIndex: 1, amount: 0, terminal: terminal),
            PurseCommand.debitForPurchase(
                terminalSerial: 1, time: CalendarTime(BenchLedger.now()), mac1: [0, 0, 0, 0]),
        ]
        try commands.map { Hex.encode($0.bytes) + "\n" }.joined()
            .write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// The commands that ``write(to:)`` has written.
    package static func read(_ path: String) throws -> [[UInt8]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            guard let command = Hex.decode(line), command.count >= 4 else {
                throw LabError("\(path) holds a line that is not a command")
            }
            return command
        }
    }
}
