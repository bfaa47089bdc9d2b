import HubProtocol
import Payments

/// What a terminal's journal was asked and what it answered, remembered outside of it: the other side of every check
/// after a crash. One for each journal; it lives through crashes.
package struct LedgerWitness: Sendable {
    /// What was asked about a transaction; a later request about the same transaction takes its place.
    package enum Request: Sendable, Hashable {
        case sale(amount: Amount, payer: JournalRecord.Payer)
        case void
        case intent(CardID, JournalRecord.Sale)
        case record(Outcome, JournalRecord.Sale)
    }

    package private(set) var minted: Set<TransactionID> = []
    /// Everything that was asked of a transaction, oldest first.
    package private(set) var requests: [TransactionID: [Request]] = [:]
    /// Records that the journal said are stored.
    package private(set) var stored: [TransactionID: JournalRecord] = [:]
    /// Transactions whose void the journal said is stored.
    package private(set) var voided: Set<TransactionID> = []
    /// Intents that the journal said are stored, with the card that may have been asked since.
    package private(set) var intended: [TransactionID: (card: CardID, sale: JournalRecord.Sale)] = [:]
    /// Requests that failed and that the journal has settled: they must not be there.
    package private(set) var refused: Set<TransactionID> = []
    /// The highest acknowledgement that was given to the journal, and the highest that it said is stored.
    package private(set) var acknowledgementGiven: UInt64 = 0
    package private(set) var acknowledgementStored: UInt64 = 0
    package private(set) var cursorGiven: UInt64 = 0
    package private(set) var cursorStored: UInt64 = 0
    /// Cards that the hot list named in pages that the journal said are stored.
    package private(set) var hotListed: Set<CardID> = []
    /// Findings that can only be made while it runs.
    package private(set) var findings: [CheckFinding] = []

    package init() {}

    /// The journal gave out a number.
    package mutating func minted(_ transaction: TransactionID) {
        if !minted.insert(transaction).inserted {
            findings.append(CheckFinding(2, "trace number \(transaction.trace) was given out twice"))
        }
    }

    /// Something is about to be asked.
    package mutating func asks(_ request: Request, of transaction: TransactionID) {
        requests[transaction, default: []].append(request)
        refused.remove(transaction)
    }

    /// A sale, a card's outcome or a resolution is stored.
    package mutating func stored(_ record: JournalRecord) {
        if stored.updateValue(record, forKey: record.transaction) != nil || voided.contains(record.transaction) {
            findings.append(CheckFinding(2, "trace number \(record.transaction.trace) was concluded twice"))
        }
        intended[record.transaction] = nil
    }

    /// A void is stored.
    package mutating func voided(_ transaction: TransactionID) {
        if !voided.insert(transaction).inserted || stored[transaction] != nil {
            findings.append(CheckFinding(2, "trace number \(transaction.trace) was concluded twice"))
        }
    }

    /// An intent is stored; the card may be asked.
    package mutating func intended(_ transaction: TransactionID, card: CardID, _ sale: JournalRecord.Sale) {
        intended[transaction] = (card, sale)
    }

    /// The last request about a transaction failed for good: the journal is settled and says that it is not there.
    package mutating func refused(_ transaction: TransactionID) { refused.insert(transaction) }

    package mutating func acknowledges(_ sequence: UInt64) {
        acknowledgementGiven = max(acknowledgementGiven, sequence)
    }

    package mutating func acknowledged(_ sequence: UInt64) {
        acknowledgementStored = max(acknowledgementStored, sequence)
    }

    package mutating func applies(_ page: ChangesPage) {
        cursorGiven = max(cursorGiven, page.cursor)
        acknowledges(page.acknowledged.sequence)
    }

    package mutating func applied(_ page: ChangesPage) {
        cursorStored = max(cursorStored, page.cursor)
        acknowledged(page.acknowledged.sequence)
        for change in page.changes {
            guard let entry = change.hotList else { continue }
            if entry.reason == nil { hotListed.remove(entry.card) } else { hotListed.insert(entry.card) }
        }
    }
}
