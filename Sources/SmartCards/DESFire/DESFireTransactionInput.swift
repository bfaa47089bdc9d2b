import Payments

/// TMI: what a card's transaction MAC covers, every command of the transaction that reads or changes a file, with its
/// plain data and zeros up to a whole number of blocks (data sheet MF2DL(H)x0 section 10.3.4.2).
///
/// Reading counts from the selection of the application, or from the last commit, on. The transaction MAC file itself
/// is not covered.
package struct DESFireTransactionInput: Sendable, Hashable {
    /// The commands on a value file.
    package enum ValueCommand: UInt8, Sendable {
        case getValue = 0x6C
        case debit = 0xDC
    }

    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// ReadData (AD) of `data` from the start of `file`.
    package mutating func readData(file: UInt8, _ data: [UInt8]) {
        append([0xAD, file, 0, 0, 0] + data.count.littleEndianBytes(count: 3))
        append(data)
    }

    /// A command on a value file with its value, which GetValue answers and the others carry.
    package mutating func value(_ command: ValueCommand, file: UInt8, _ value: UInt32) {
        append([command.rawValue, file] + value.littleEndianBytes(count: 4))
    }

    /// WriteRecord (8B) of `data` from the start of a record.
    package mutating func writeRecord(file: UInt8, _ data: [UInt8]) {
        append([0x8B, file, 0, 0, 0] + data.count.littleEndianBytes(count: 3))
        append(data)
    }

    private mutating func append(_ part: [UInt8]) {
        let rest = part.count % AES128.blockLength
        bytes += part + [UInt8](repeating: 0, count: rest == 0 ? 0 : AES128.blockLength - rest)
    }
}
