import GRDB
import HubProtocol
import Payments
import Terminal

/// The openings of the journal.
enum SessionTable {
    /// Counts an opening.
    static func begin(_ database: Database) throws -> UInt64 {
        let statement = try PreparedStatement(
            database, "UPDATE session SET number = number + 1 WHERE id = 1 RETURNING number")
        guard let number = try statement.first({ UInt64(clamping: $0.integer(0)) }) else {
            throw LedgerError(.damaged, detail: "session row")
        }
        return number
    }

    /// The hub's refusal because of which the journal takes no more sales.
    static func contest(_ database: Database) throws -> Int64? {
        try PreparedStatement(database, "SELECT contested FROM session WHERE id = 1").first { $0.optionalInteger(0) }
            ?? nil
    }

    static func setContest(_ number: Int64?, _ database: Database) throws {
        let statement = try PreparedStatement(database, "UPDATE session SET contested = ? WHERE id = 1")
        try statement.bind(1, number)
        try statement.execute()
    }
}
