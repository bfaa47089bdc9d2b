import Payments

/// What one compound purchase changes beside the purse: the card commits both, or neither.
///
/// Canonical bytes, 67: short file identifier 1, selection 1 (00 by identifier, 04 by number), identifier or number 1,
/// the record before 32, the record after 32.
package struct CompoundUpdate: Sendable, Hashable {
    /// Length of the canonical bytes.
    package static let length = 3 + 2 * MealCounter.length

    /// 1 to 30.
    package let shortFile: UInt8
    package let selection: CompoundRecord.Selection
    package let before: MealCounter
    package let after: MealCounter

    init(shortFile: UInt8, selection: CompoundRecord.Selection, before: MealCounter, after: MealCounter) {
        self.shortFile = shortFile
        self.selection = selection
        self.before = before
        self.after = after
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count == Self.length, (1...30).contains(bytes[0]),
            let selection = CompoundRecord.Selection(mode: bytes[1], parameter: bytes[2]),
            let before = MealCounter(bytes: Array(bytes[3..<35])), let after = MealCounter(bytes: Array(bytes[35..<67]))
        else { return nil }
        self.init(shortFile: bytes[0], selection: selection, before: before, after: after)
    }

    /// The 67 bytes.
    var canonicalBytes: [UInt8] {
        [shortFile, selection.mode, selection.parameter] + before.bytes + after.bytes
    }

    /// UPDATE CAPP DATA CACHE with the new record.
    var command: CommandAPDU {
        PurseCommand.updateCompoundRecord(selection, shortFile: shortFile, content: after.bytes)
    }

    /// READ RECORD of the same record.
    var readCommand: CommandAPDU { PurseCommand.readCompoundRecord(selection, shortFile: shortFile) }
}

extension CompoundRecord.Selection {
    init?(mode: UInt8, parameter: UInt8) {
        switch mode {
        case 0x00: self = .identifier(parameter)
        case 0x04: self = .number(parameter)
        default: return nil
        }
    }

    /// The low three bits of P2.
    var mode: UInt8 {
        switch self {
        case .identifier: 0x00
        case .number: 0x04
        }
    }

    /// P1.
    var parameter: UInt8 {
        switch self {
        case .identifier(let identifier): identifier
        case .number(let number): number
        }
    }
}
