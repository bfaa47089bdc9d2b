import HubProtocol
import Payments

/// Whose journal a file is: the part of every transaction id that is the same in all of them.
struct JournalName: Sendable, Equatable {
    let terminal: TerminalID
    let journal: JournalID
    let genesis: JournalHash

    init(terminal: TerminalID, journal: JournalID) {
        self.terminal = terminal
        self.journal = journal
        genesis = .genesis(terminal: terminal, journal: journal)
    }

    func transaction(_ trace: UInt64) -> TransactionID {
        TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(trace))
    }

    /// The trace number, `nil` when the id is another journal's.
    func trace(_ transaction: TransactionID) -> UInt64? {
        guard transaction.terminal == terminal, transaction.journal == journal else { return nil }
        return transaction.trace.number
    }
}
