import Payments

/// What this system writes into the record file with each debit, 16 bytes, most significant byte first: terminal 6,
/// trace number 6, amount in fen 4.
///
/// The card keeps it if and only if it keeps the debit, so that its presence tells how a lost commit ended.
package struct DESFireDebitRecord: Sendable, Hashable {
    /// Length of one record.
    package static let length = 16

    package let terminal: TerminalID
    package let trace: TraceNumber
    /// In fen.
    package let amount: UInt32

    package init(terminal: TerminalID, trace: TraceNumber, amount: UInt32) {
        self.terminal = terminal
        self.trace = trace
        self.amount = amount
    }

    /// The record as it is written.
    package var bytes: [UInt8] {
        terminal.bytes + trace.number.bigEndianBytes(count: 6) + amount.bigEndianBytes(count: 4)
    }

    /// The records of a ReadRecords answer, cut apart, as raw bytes: others may have written other layouts.
    static func split(_ data: [UInt8]) throws(DESFireError) -> [[UInt8]] {
        guard data.count % length == 0 else {
            throw DESFireError(.answerLength, detail: "records: \(data.count) bytes")
        }
        return stride(from: 0, to: data.count, by: length).map { Array(data[$0..<$0 + length]) }
    }
}
