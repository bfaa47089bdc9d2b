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

    package var terminals: [Terminal]
    package var accounts: [AccountSummary]
    package var merchants: [MerchantSummary]
    package var holds: [HoldSummary]
    package var exceptions: [ExceptionSummary]
    package var purses: [Purse]
    package var books: BooksReport
    /// Account lines of all statements: purchases and top-ups.
    package var statements: [AccountID: [StatementLine]]
    /// What was paid in, by account, as the office remembers it.
    package var paidIn: [AccountID: Int64]
    /// Purse cards that paid at a terminal whose journal was lost since.
    package var excusedCards: Set<CardID>
    /// Terminals that ever had an older image put back.
    package var restoredTerminals: Set<Int>
}
