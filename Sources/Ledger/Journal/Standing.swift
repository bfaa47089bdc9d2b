import HubProtocol
import Payments

/// Where the terminal stands, in memory: the row on disk and what follows from it. Work in progress changes a copy,
/// which takes the place of the original only when its commit is on disk.
struct Standing: Sendable, Equatable {
    var row: StateRow
    var unsent: UnsentTotals
    /// Trace numbers with an intent and without a record. There are none behind an opening, which gives each of them
    /// its record.
    var intended: Set<UInt64> = []
    /// Which cards may be on the hot list; changed only after the commit that changes the list.
    var hotList = HotListIndex()

    /// Counts a record that continues the chain; gives the hash after it.
    mutating func append(_ record: JournalRecord) -> JournalHash {
        invariant(record.sequence == row.head.sequence + 1, "the journal has no gaps")
        let hash = row.head.hash.following(record)
        row.head = Acknowledgement(sequence: record.sequence, hash: hash)
        row.newestDecision = max(row.newestDecision ?? record.decidedAt, record.decidedAt)
        unsent.add(record)
        return hash
    }

    /// Takes the hub's time: it is right where the terminal's differs, so a record that a fast clock dated into the
    /// future stops counting as the newest time. It is never lowered itself.
    mutating func heard(hubTime: UnixTime) {
        let contact = max(row.lastHubContact ?? hubTime, hubTime)
        row.lastHubContact = contact
        row.newestDecision = row.newestDecision.map { min($0, contact) }
    }
}
