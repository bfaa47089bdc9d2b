import Payments

/// What a person has to look at. The names are stable: they stand in the database and in the operator API.
package enum ExceptionKind: String, Codable, Sendable, CaseIterable {
    /// A terminal came with another journal or key than the registered one: replaced disk or clone.
    case journalUnknown
    /// A terminal sent stored records again with other content: edited journal or restored image.
    case contentChanged
    /// A terminal came with an older copy of its journal: a restored image, or a second machine that started from one.
    case journalForked
    /// Two machines work with one terminal's identity and journal.
    case terminalCloned
    /// A terminal's journal starts behind what the hub has: the hub lost records, or the terminal dropped some.
    case gap
    /// One transaction id stands in two records.
    case transactionReused
    /// A sale was posted to suspense because its account does not exist here.
    case accountUnknown
    /// A sale was posted for a merchant that does not exist here.
    case merchantUnknown
    /// A sale was posted for a merchant for which the terminal may not sell.
    case merchantNotPermitted
    /// An account is below zero after a sale.
    case overdrawn
    /// A refund or void does not fit its sale, or is more than is left of it: its money waits in suspense.
    case correctionContested
    /// One payment code paid twice.
    case codeUsedTwice
    /// A payment code paid that the hub never issued.
    case codeUnknown
    /// A sale is above the limit of its payment code, or on another account.
    case codeContradicted
    /// A record claims the hub's word, and there is no hold.
    case holdMissing
    /// A record is above its hold, or on another account.
    case holdContradicted
    /// A sale that the hub had declined was approved by the terminal.
    case approvedAfterDecline
    /// Holds were released because the terminal got a new journal.
    case holdsReleased
    /// A card's proof of a purse transaction is wrong: forged card, or a wrong key here.
    case tacWrong
    /// A purse transaction came without the card's proof.
    case tacMissing
    /// A record and its evidence say different things.
    case evidenceContradicted
    /// The terminal could not find out what became of an unknown transaction.
    case outcomeUndetermined
    /// A resolution does not fit the transaction that it names, or is the second one.
    case resolutionContradicted
    /// A terminal's resolution says the opposite of what stands here.
    case resolutionDisputed
    /// What was concluded from a card's serials was taken back, because a later record proves otherwise.
    case resolutionOverturned
    /// A card's balances or serials contradict what is known of it.
    case purseContradicted
    /// Two purse transactions have one serial: a cloned card.
    case purseForked
    /// A card's serials prove transactions that no terminal delivered.
    case purseRecordMissing
    /// A card holds something else than the books say.
    case purseDrift
    /// Sales came after their business day was closed.
    case recordsLate
    /// A terminal wrote, or asked for, more than it delivered.
    case recordsMissing
    /// A terminal that may sell was not heard of for long.
    case terminalSilent
    /// The same payer, merchant and amount twice within moments.
    case saleRepeated
    /// A record says that a sale was approved, and no posting has it.
    case recordNotPosted
    /// A record and its posting have different amounts.
    case postingDiffers
    /// What a terminal says that it sold is not what its records say.
    case totalsDiffer
    /// A terminal's program is too old to read the newest policy.
    case policyNotUnderstood
    /// A person says that a sale was not so.
    case contested
}

/// An exception as the operator sees it. The same finding repeated while open counts up instead of adding a line.
package struct ExceptionSummary: Codable, Sendable, Hashable {
    package var id: Int64
    package var kind: ExceptionKind
    package var text: String
    package var transaction: TransactionID?
    package var terminal: TerminalID?
    package var account: AccountID?
    package var firstAtMilliseconds: Int64
    package var lastAtMilliseconds: Int64
    package var occurrences: Int64
    package var closedAtMilliseconds: Int64?
    package var note: String?
    /// Where it stands on the work list.
    package var state: ExceptionState
    /// Who took it.
    package var assignee: String?
    /// How it ended; present when closed.
    package var resolution: ExceptionResolution?
    package var closedBy: String?
    /// The adjustment that solved it.
    package var adjustment: Int64?
    /// The money that it is about, where that is known.
    package var amountFen: Int64?
    /// How often its closing was undone.
    package var reopened: Int64
}

/// Which exceptions to list.
package enum ExceptionFilter: String, Codable, Sendable, CaseIterable {
    case open, unassigned, assigned, closed, all
}
