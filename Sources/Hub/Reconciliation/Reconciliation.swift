import HubProtocol
import Payments

/// What a terminal says about its own journal, as `till status` and `till journal export` print it.
package struct TerminalClaim: Codable, Sendable, Hashable {
    package var terminal: TerminalID
    package var journal: JournalID
    /// Its newest record.
    package var sequence: UInt64
    /// Hash after that record.
    package var hash: JournalHash?
    /// Sales and loads of the day that is reconciled, and their sum; absent when only the head is known.
    package var count: Int64?
    package var fen: Int64?
    /// Refunds and voids of the day, and their sum; absent when only the head is known.
    package var correctionCount: Int64?
    package var correctionFen: Int64?
    /// What it says that it has not delivered.
    package var unsentFen: Int64?

    package init(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash? = nil, count: Int64? = nil,
        fen: Int64? = nil, correctionCount: Int64? = nil, correctionFen: Int64? = nil, unsentFen: Int64? = nil
    ) {
        self.terminal = terminal
        self.journal = journal
        self.sequence = sequence
        self.hash = hash
        self.count = count
        self.fen = fen
        self.correctionCount = correctionCount
        self.correctionFen = correctionFen
        self.unsentFen = unsentFen
    }
}

/// `POST /operator/v1/reconciliations`.
package struct ReconciliationRequest: Codable, Sendable, Hashable {
    /// Absent: the last day that is over.
    package var day: BusinessDay?
    /// Absent: all terminals.
    package var terminal: TerminalID?
    package var claims: [TerminalClaim]

    package init(day: BusinessDay? = nil, terminal: TerminalID? = nil, claims: [TerminalClaim] = []) {
        self.day = day
        self.terminal = terminal
        self.claims = claims
    }
}

/// One terminal's day, seen from each side.
package struct TerminalDay: Codable, Sendable, Hashable {
    package var terminal: TerminalID
    package var name: String
    /// What the terminal says; absent when it was not asked.
    package var claimedCount: Int64?
    package var claimedFen: Int64?
    /// Records here of sales and loads, and their sum.
    package var recordCount: Int64 = 0
    package var recordFen: Int64 = 0
    /// Postings of them.
    package var postingCount: Int64 = 0
    package var postingFen: Int64 = 0
    /// Postings of refunds and voids, which count for themselves.
    package var correctionCount: Int64 = 0
    package var correctionFen: Int64 = 0
    /// Postings among them that cards' own purses paid, how many of those with a proof that verifies.
    package var purseCount: Int64 = 0
    package var purseFen: Int64 = 0
    package var provenCount: Int64 = 0
    /// Postings among them that came after the day was closed.
    package var lateCount: Int64 = 0
}

/// A difference, and what to do about it. Its kind is the kind of the exception under which a person works on it.
package struct Difference: Codable, Sendable, Hashable {
    package var exception: Int64
    package var kind: ExceptionKind
    package var state: ExceptionState
    package var terminal: TerminalID?
    package var transaction: TransactionID?
    package var amountFen: Int64?
    package var cause: String
    package var causeChinese: String
    package var advice: String
    package var adviceChinese: String
}

/// A business day: terminals, records, postings and cards side by side.
package struct ReconciliationReport: Codable, Sendable, Hashable {
    package var day: BusinessDay
    package var terminals: [TerminalDay]
    /// Purses that the books know, and how many of them do not agree with them, now.
    package var purses: Int64
    package var pursesApart: Int64
    package var differenceCount: Int
    /// The first ``HubLimits/pageItems`` of them.
    package var differences: [Difference]
}

extension Difference {
    init(_ exception: ExceptionSummary) {
        let advice = ExceptionAdvice(exception.kind)
        self.init(
            exception: exception.id, kind: exception.kind, state: exception.state, terminal: exception.terminal,
            transaction: exception.transaction, amountFen: exception.amountFen, cause: exception.text,
            causeChinese: advice.chineseName, advice: advice.english, adviceChinese: advice.chinese)
    }
}
