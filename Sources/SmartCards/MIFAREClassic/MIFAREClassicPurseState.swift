import Payments

/// One whole copy of a purse: its balance, and the transaction that made it.
///
/// Value block: the balance; its address byte is the low byte of the sequence, so that a value block and a record block
/// of different transactions are never taken for one copy. Record block, 16 bytes:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 4 | sequence, one more with every transaction, wraps |
/// | 4 | 6 | terminal that made the transaction |
/// | 10 | 4 | mark, drawn at random for the transaction |
/// | 14 | 2 | CRC-16 over UID, bytes 0 to 13 and the balance (4, least significant first) |
///
/// Numbers are most significant byte first.
package struct MIFAREClassicPurseState: Sendable, Hashable {
    /// Length of ``mark``.
    package static let markLength = 4
    /// The most that a value block holds, in fen.
    package static let balanceMaximum = UInt32(Int32.max)

    /// In fen, at most ``balanceMaximum``.
    package let balance: UInt32
    package let sequence: UInt32
    package let terminal: TerminalID
    /// Four bytes: tells apart two attempts of one terminal to make the same transaction.
    package let mark: [UInt8]

    /// - Parameters:
    ///   - balance: in fen, at most ``balanceMaximum``.
    ///   - mark: 4 bytes.
    package init(balance: UInt32, sequence: UInt32, terminal: TerminalID, mark: [UInt8]) {
        invariant(balance <= Self.balanceMaximum, "a value block holds 31 bits")
        invariant(mark.count == Self.markLength, "a mark has 4 bytes")
        self.balance = balance
        self.sequence = sequence
        self.terminal = terminal
        self.mark = mark
    }

    /// Reads a copy; `nil` unless both blocks are whole, belong together, belong to this card, and the balance is not
    /// negative.
    package init?(value: [UInt8], record: [UInt8], identifier: [UInt8]) {
        guard let value = MIFAREClassicValueBlock(value), value.value >= 0,
            record.count == MIFAREClassicBlock.length,
            let terminal = TerminalID(number: record[4..<10].reduce(0) { $0 << 8 | UInt64($1) })
        else { return nil }
        self.init(
            balance: UInt32(value.value), sequence: UInt32(bigEndian: record[0..<4]), terminal: terminal,
            mark: Array(record[10..<14]))
        guard value.address == valueBlock.address, record == recordBlock(identifier: identifier) else { return nil }
    }

    /// What stands in the value block.
    package var valueBlock: MIFAREClassicValueBlock {
        MIFAREClassicValueBlock(value: Int32(balance), address: UInt8(truncatingIfNeeded: sequence))
    }

    /// The 16 bytes of the record block.
    ///
    /// - Parameter identifier: the card's UID, so that a record means nothing on another card.
    package func recordBlock(identifier: [UInt8]) -> [UInt8] {
        let record = sequence.bigEndianBytes(count: 4) + terminal.bytes + mark
        let check = CyclicRedundancyCheck16.compute(identifier + record + balance.littleEndianBytes(count: 4))
        return record + check.bigEndianBytes(count: 2)
    }
}
