import Hub
import HubProtocol
import Payments

/// What is left when the campus has come to rest.
package struct CampusEnd: Sendable {
    /// A terminal, its journal and what the hub knows of it.
    package struct Terminal: Sendable {
        package var id: TerminalID
        package var journal: JournalID
        /// The journal from its first record on.
        package var records: [JournalRecord]
        package var unsent: Int
        package var summary: TerminalSummary
        /// What the journal finds wrong with itself.
        package var findings: [String]
    }

    /// A purse card and what the hub's books say of it.
    package struct Purse: Sendable {
        package var card: CardID
        /// What the card itself holds, in fen.
        package var cardFen: Int64
        package var summary: PurseSummary
    }

    /// What a merchant was paid in the end.
    package struct Settled: Sendable {
        /// Sum of the merchant's closed business days.
        package var daysFen: Int64 = 0
        /// Sum of the merchant's settlements.
        package var netFen: Int64 = 0
        /// Sum of the lines of their statements.
        package var linesFen: Int64 = 0
    }

    package var terminals: [Terminal]
    /// Records of journals that a person replaced, as far as the hub had them.
    package var former: [JournalRecord]
    /// What terminals wrote and lost again, with an older image or a replaced journal, before the hub had it.
    package var lost: LostHistory
    package var accounts: [AccountSummary]
    /// What is in the subsidy purses of those who ever got any.
    package var subsidies: [AccountID: Int64]
    package var merchants: [MerchantSummary]
    package var holds: [HoldSummary]
    package var exceptions: [ExceptionSummary]
    package var purses: [Purse]
    package var books: BooksReport
    /// Account lines of all statements: purchases and top-ups.
    package var statements: [AccountID: [StatementLine]]
    package var adjustments: [AdjustmentSummary]
    package var settled: [MerchantID: Settled]
    /// What the office remembers by itself.
    package var office: OfficeMemory

    /// Everything that the hub can have of every terminal.
    package var delivered: [JournalRecord] { former + terminals.flatMap(\.records) }
}

/// What a terminal wrote and nobody has any more.
package struct LostHistory: Sendable {
    package var records: [JournalRecord] = []
    /// Purse transactions that were begun: the card may have been asked.
    package var intents: [JournalRecord.Sale] = []
}

/// What the office took in, gave out and decided, as it remembers it itself.
package struct OfficeMemory: Sendable {
    /// By account, in fen.
    package var paidIn: [AccountID: Int64] = [:]
    /// Subsidy, by account, in fen.
    package var granted: [AccountID: Int64] = [:]
    /// The newest grant of each account.
    package var grants: [AccountID: SubsidyGrant] = [:]
    /// Adjustments that somebody proposed, by their note, and whether a second person's approval was heard.
    package var adjustments: [String: (proposal: NewAdjustment, isApproved: Bool)] = [:]
}
