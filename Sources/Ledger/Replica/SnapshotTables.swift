import GRDB
import Terminal

/// The tables that a snapshot fills and, once it is whole, puts in the place of the replica's.
///
/// Changing places is renaming, which costs the same for any number of rows. What was replaced is emptied in small
/// commits afterwards: dropping a large table would overwrite all its pages in one (Debian builds SQLite with
/// SECURE_DELETE).
enum SnapshotTables {
    /// Prefix of tables that are being filled.
    static let staged = "staged_"
    /// Prefix of tables that were replaced.
    private static let old = "old_"

    /// The replica's tables, each with its key.
    private static let tables = [
        ("account", "id"), ("account_terms", "account"), ("card", "id"), ("hot_list", "card"), ("code_key", "key_id"),
    ]

    /// Makes empty tables like those in force.
    static func create(_ database: Database) throws {
        for (table, _) in tables {
            guard let sql = try definition(of: table, database), let columns = sql.firstIndex(of: "(") else {
                throw LedgerError(.damaged, detail: "table \(table)")
            }
            try database.execute(sql: "CREATE TABLE \(staged)\(table) \(sql[columns...])")
        }
    }

    /// Puts the filled tables in force.
    static func putInForce(_ database: Database) throws {
        for (table, _) in tables {
            try database.execute(
                sql: """
                    ALTER TABLE \(table) RENAME TO \(old)\(table);
                    ALTER TABLE \(staged)\(table) RENAME TO \(table);
                    """)
        }
    }

    /// Gives up what was filled; ``clear(_:limit:)`` takes it away.
    static func giveUp(_ database: Database) throws {
        for (table, _) in tables where try definition(of: staged + table, database) != nil {
            try database.execute(sql: "ALTER TABLE \(staged)\(table) RENAME TO \(old)\(table)")
        }
    }

    /// Takes away at most `limit` rows of what was replaced or given up.
    ///
    /// - Returns: whether something is left.
    static func clear(_ database: Database, limit: Int) throws -> Bool {
        for (table, key) in tables where try definition(of: old + table, database) != nil {
            try database.execute(
                sql: """
                    DELETE FROM \(old)\(table) WHERE \(key) IN
                        (SELECT \(key) FROM \(old)\(table) ORDER BY \(key) LIMIT \(limit))
                    """)
            if database.changesCount == 0 { try database.execute(sql: "DROP TABLE \(old)\(table)") }
            return true
        }
        return false
    }

    private static func definition(of table: String, _ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", arguments: [table])
    }
}
