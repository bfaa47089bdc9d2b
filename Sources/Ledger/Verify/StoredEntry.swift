import GRDB
import Payments

/// An entry as it stands in the table, whether or not it is a sensible one.
struct StoredEntry: Equatable {
    let account: String
    let amount: Int64

    private init(account: String, amount: Int64) {
        self.account = account
        self.amount = amount
    }

    init(_ entry: Entry) { self.init(account: entry.account.text, amount: entry.amount.fen) }

    /// The entries of one record in the order of their legs.
    static func all(_ database: Database, of sequence: UInt64) throws -> [StoredEntry] {
        let statement = try PreparedStatement(
            database, "SELECT account, amount FROM entry WHERE sequence = ? ORDER BY leg")
        try statement.bind(1, Int64(sequence))
        var entries: [StoredEntry] = []
        try statement.forEach { row in
            entries.append(StoredEntry(account: row.text(0) ?? "", amount: row.integer(1)))
            return true
        }
        return entries
    }
}
