import HubProtocol
import Payments

/// What happened in the campus as the checkers need it.
package enum CampusEvent: Sendable {
    /// A lane showed green.
    case shown(ShownSale)
    /// A refund or void is stored, says a terminal, under this reference.
    case corrected(terminal: Int, JournalRecord, reference: String)
    /// A terminal's program started on its files, with these records.
    case opened(terminal: Int, records: [JournalRecord])
    /// The hub answered that it has a journal up to here, whether or not the answer arrived.
    case acknowledged(terminal: Int, journal: JournalID, Acknowledgement)
    /// The hub started again and says that it has this terminal's journal up to here.
    case hubOpened(terminal: Int, journal: JournalID?, sequence: UInt64, hash: JournalHash?)
    /// A page of the feed is in a terminal's replica.
    case applied(terminal: Int, ChangesPage)
    /// This policy is in force at a terminal, after its start or after a page of the feed; `nil` for its own one.
    case policyInForce(terminal: Int, CampusPolicy?)
    /// A terminal's files were copied.
    case imageCopied(terminal: Int)
    /// A terminal's files were put back to the copy, which had so many records, while the hub had so many.
    case imageRestored(terminal: Int, copied: UInt64, atHub: UInt64)
    /// A person was called to a terminal because terminal or hub does not trust its history.
    case alarm(terminal: Int, number: Int)
    /// The terminal got a new journal; these records of the old one are lost.
    case journalReplaced(terminal: Int, records: [JournalRecord], delivered: UInt64)
    /// The hub let a person approve the person's own adjustment.
    case ownApproval(note: String)
}

/// A payment that somebody saw approved.
package struct ShownSale: Sendable {
    package var terminal: Int
    package var record: JournalRecord
    /// Program starts of the terminal before it.
    package var life: Int
    package var reference: String
    package var at: Duration
    /// What the payer presented, as the campus knows it, not as the record says.
    package var card: CardID?
    package var code: CodeReference?
    /// Whether the payer typed the account's PIN, and rightly.
    package var isPINRight: Bool
}
