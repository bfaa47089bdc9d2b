import GRDB
import Payments

extension ChainVerification {
    /// An account's totals after a record are those before it and the record.
    mutating func checkUse(_ record: JournalRecord, _ database: Database) throws {
        guard let account = AccountUse.account(of: record) else { return }
        useCount += 1
        let before = try AccountUseTable.totals(database, of: account, through: record.sequence - 1)
        let after = try AccountUseTable.totals(database, of: account, through: record.sequence)
        if after != before.adding(record) { note("the account's totals at record \(record.sequence) are wrong") }
    }

    /// There are no totals without a record.
    mutating func checkUseCount(_ database: Database) throws {
        if try Int.fetchOne(database, sql: "SELECT count(*) FROM account_use") != useCount {
            note("there are totals of accounts without a record")
        }
    }
}
