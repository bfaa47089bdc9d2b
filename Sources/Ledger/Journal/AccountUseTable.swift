import GRDB
import Payments
import Terminal

/// The running totals of the accounts: appended with each record that moves an account's money.
enum AccountUseTable {
    /// A purchase out of an account.
    struct Purchase {
        let amount: Amount
        /// The part of it that the subsidy purse paid.
        let subsidy: Amount
        /// Whether the terminal approved it alone.
        let isOffline: Bool
        let sequence: UInt64
        let decidedAt: UnixTime
    }

    /// Appends the account's totals after the record; nothing for a record that moves no account's money.
    ///
    /// - Parameter last: totals of an account up to its newest record, where they were read in this transaction.
    static func append(_ record: JournalRecord, last: AccountUse?, to database: Database) throws {
        guard let sale = record.sale, let account = AccountUse.account(of: record) else { return }
        let known = last?.account == account ? last : nil
        let sums = try (known ?? totals(database, of: account)).adding(record)
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO account_use (account, sequence, decided_at, newest, purchase, purchase_subsidy,
                purchase_offline, cash, subsidy, offline_amount, offline_count, offline_subsidy)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let isPurchase = sale.movement == .accountPurchase
        try statement.bind(1, Int64(account.number))
        try statement.bind(2, Int64(record.sequence))
        try statement.bind(3, record.decidedAt.milliseconds)
        try statement.bind(4, sums.newest?.milliseconds)
        try statement.bind(5, isPurchase ? sale.amount.fen : 0)
        try statement.bind(6, isPurchase ? sale.subsidy.fen : 0)
        let isOffline = if isPurchase, case .offline = sale.path { true } else { false }
        try statement.bind(7, isOffline ? 1 : 0)
        try statement.bind(8, sums.cash.fen)
        try statement.bind(9, sums.subsidy.fen)
        try statement.bind(10, sums.offline.amount.fen)
        try statement.bind(11, Int64(sums.offline.count))
        try statement.bind(12, sums.offlineSubsidy.fen)
        try statement.execute()
    }

    /// The totals up to and including record `sequence`: one step in the table.
    static func totals(
        _ database: Database, of account: AccountID, through sequence: UInt64 = .max
    ) throws -> AccountUse {
        var found = AccountUse(none: account)
        try search(database, account, through: sequence) { use, _ in
            found = use
            return false
        }
        return found
    }

    /// The purchases since `start` after record `lower`, together with the totals up to the newest record: as many
    /// steps as there were such purchases, and one more.
    static func purchases(
        _ database: Database, of account: AccountID, since start: UnixTime, after lower: UInt64,
        _ count: (Purchase) -> Void
    ) throws -> AccountUse {
        var last: AccountUse?
        try search(database, account, through: .max) { use, row in
            if last == nil { last = use }
            // Before a row whose newest time is earlier than the start there is nothing that could count.
            guard use.sequence > lower, let newest = use.newest, newest >= start else { return false }
            let purchase = Purchase(
                amount: Amount(fen: row.integer(7)), subsidy: Amount(fen: row.integer(8)),
                isOffline: row.integer(9) == 1, sequence: use.sequence,
                decidedAt: UnixTime(milliseconds: row.integer(10)))
            if purchase.amount > .zero, purchase.decidedAt >= start { count(purchase) }
            return true
        }
        return last ?? AccountUse(none: account)
    }

    /// The rows of an account from record `sequence` backwards, until `read` returns `false`.
    private static func search(
        _ database: Database, _ account: AccountID, through sequence: UInt64,
        _ read: (AccountUse, StatementRow) -> Bool
    ) throws {
        let statement = try PreparedStatement(
            database,
            """
            SELECT sequence, newest, cash, subsidy, offline_amount, offline_count, offline_subsidy, purchase,
                purchase_subsidy, purchase_offline, decided_at
            FROM account_use WHERE account = ? AND sequence <= ? ORDER BY sequence DESC
            """)
        try statement.bind(1, Int64(account.number))
        try statement.bind(2, Int64(clamping: sequence))
        try statement.forEach { row in
            guard let sequence = UInt64(exactly: row.integer(0)), sequence > 0 else {
                throw LedgerError(.damaged, detail: "totals row")
            }
            return read(
                AccountUse(
                    account: account, sequence: sequence, newest: UnixTime(milliseconds: row.integer(1)),
                    cash: Amount(fen: row.integer(2)), subsidy: Amount(fen: row.integer(3)),
                    offline: LedgerView.OfflineUse(
                        amount: Amount(fen: row.integer(4)), count: Int(row.integer(5))),
                    offlineSubsidy: Amount(fen: row.integer(6))), row)
        }
    }
}
