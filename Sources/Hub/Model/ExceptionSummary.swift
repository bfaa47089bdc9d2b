import Payments

/// What a person has to look at. The names are stable: they stand in the database and in the operator API.
package enum ExceptionKind: String, Codable, Sendable, CaseIterable {
    /// A terminal came with another journal or key than the registered one: replaced disk or clone.
    case journalUnknown
    /// A terminal sent stored records again with other content: edited journal or restored image.
    case contentChanged
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
}

/// Which exceptions to list.
package enum ExceptionFilter: String, Codable, Sendable, CaseIterable {
    case open, closed, all
}
