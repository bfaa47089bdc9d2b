import GRDB
import Payments

/// Sums over records that the hub has not acknowledged. Kept in memory beside the state row, so that no tap has to add
/// up a backlog; `verify()` compares them with the journal.
struct UnsentTotals: Sendable, Equatable {
    /// All amounts that records post: approved purchases and loads, whichever money paid, and transactions that were
    /// resolved as happened. An unknown one counts nothing before its resolution. A refund or void neither adds nor
    /// takes away: the sale that it corrects is still to be delivered.
    var approved = Amount.zero
    /// What of it the terminal approved alone out of accounts. A card's own money never uses up an allowance: card and
    /// secure module decide about it, and no account can be overdrawn by it.
    var offline = LedgerView.OfflineUse()
    /// Time of the oldest of those sales.
    private(set) var oldestOffline: UnixTime?

    init() {}

    /// Adds up the records after `lower` up to and including `upper`.
    init(_ database: Database, after lower: UInt64, through upper: UInt64) throws {
        let statement = try PreparedStatement(
            database,
            """
            SELECT coalesce(sum(amount), 0), coalesce(sum(CASE WHEN movement = 1 AND path >= 2 THEN amount END), 0),
                count(CASE WHEN movement = 1 AND path >= 2 THEN 1 END)
            FROM journal WHERE sequence > ? AND sequence <= ? AND (outcome = 1 OR verdict = 1)
                AND movement IN (1, 2, 3)
            """)
        try statement.bind(1, Int64(lower))
        try statement.bind(2, Int64(upper))
        try statement.forEach { row in
            approved = Amount(fen: row.integer(0))
            offline = LedgerView.OfflineUse(amount: Amount(fen: row.integer(1)), count: Int(row.integer(2)))
            return false
        }
        if offline.count > 0 { oldestOffline = try Self.oldestOffline(database, after: lower) }
    }

    /// Answered from the partial index `journal_offline` alone.
    static func oldestOffline(_ database: Database, after lower: UInt64) throws -> UnixTime? {
        let statement = try PreparedStatement(
            database,
            """
            SELECT decided_at FROM journal
            WHERE sequence > ? AND outcome = 1 AND movement = 1 AND path >= 2 ORDER BY sequence LIMIT 1
            """)
        try statement.bind(1, Int64(clamping: lower))
        return try statement.first { UnixTime(milliseconds: $0.integer(0)) }
    }

    /// Counts one more record.
    mutating func add(_ record: JournalRecord) {
        guard let amount = record.soldAmount, let sale = record.sale else { return }
        approved += amount
        guard sale.movement == .accountPurchase, case .offline = sale.path else { return }
        offline.amount += sale.amount
        offline.count += 1
        oldestOffline = oldestOffline ?? record.decidedAt
    }

    /// Takes away what the hub has acknowledged now.
    ///
    /// - Parameter oldest: time of the oldest offline sale that is left.
    mutating func subtract(_ acknowledged: UnsentTotals, oldest: UnixTime?) {
        approved -= acknowledged.approved
        offline.amount -= acknowledged.offline.amount
        offline.count -= acknowledged.offline.count
        oldestOffline = oldest
        invariant(approved >= .zero && offline.amount >= .zero && offline.count >= 0, "no sum of debits is negative")
    }
}
