import Payments

/// What this system writes into the record file with each debit, 16 bytes, most significant byte first: terminal 6,
/// mark 6, amount in fen 4.
///
/// The card keeps it if and only if it keeps the debit, so that its presence tells how a lost commit ended.
package struct DESFireDebitRecord: Sendable, Hashable {
    /// Length of one record.
    package static let length = 16
    /// Length of the mark.
    package static let markLength = 6

    package let terminal: TerminalID
    /// Six bytes drawn at random for this debit: no other record of this terminal has them.
    package let mark: [UInt8]
    /// In fen.
    package let amount: UInt32

    package init(terminal: TerminalID, mark: [UInt8], amount: UInt32) {
        invariant(mark.count == Self.markLength, "the mark of a debit has 6 bytes")
        self.terminal = terminal
        self.mark = mark
        self.amount = amount
    }

    /// Reads the 16 bytes; `nil` for any other number.
    init?(decoding bytes: [UInt8]) {
        guard bytes.count == Self.length, let terminal = TerminalID(text: Hex.encode(bytes[0..<6])) else { return nil }
        self.init(terminal: terminal, mark: Array(bytes[6..<12]), amount: UInt32(bigEndian: bytes[12..<16]))
    }

    /// The record as it is written.
    package var bytes: [UInt8] { terminal.bytes + mark + amount.bigEndianBytes(count: 4) }
}
