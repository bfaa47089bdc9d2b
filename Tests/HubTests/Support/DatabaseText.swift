import Foundation
import GRDB

/// A SQLite database as SQL text, as files of older schema versions are kept: readable in a review, and independent of
/// the library that wrote them.
enum DatabaseText {
    /// Tables with their rows in the order of their making, then indexes and triggers, then the header's two numbers.
    static func dump(_ database: Database) throws -> String {
        let schema = try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, sql FROM sqlite_schema
                WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid
                """)
        var text = ""
        for row in schema where row["type"] == "table" {
            let name: String = row["name"]
            text += "\(row["sql"] as String);\n"
            let quoted = try database.columns(in: name).map { "quote(\"\($0.name)\")" }.joined(
                separator: " || ', ' || ")
            for values in try String.fetchAll(database, sql: "SELECT \(quoted) FROM \"\(name)\"") {
                text += "INSERT INTO \"\(name)\" VALUES (\(values));\n"
            }
        }
        for row in schema where row["type"] != "table" { text += "\(row["sql"] as String);\n" }
        for pragma in ["application_id", "user_version"] {
            text += "PRAGMA \(pragma) = \(try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0);\n"
        }
        return text
    }

    /// Makes the database at `path`, where there is none.
    static func load(_ text: String, at path: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN;\n\(text)COMMIT;") }
        try queue.close()
    }

    /// Copies the rows of every table that both have, as far as both have the columns.
    ///
    /// - Parameter own: tables that the steps themselves fill.
    static func copyRows(from path: String, into database: Database, except own: Set<String> = []) throws {
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        try database.execute(sql: "ATTACH ? AS written", arguments: [path])
        for table in try tables(database, "main") where table != "grdb_migrations" && !own.contains(table) {
            guard try tables(database, "written").contains(table) else { continue }
            let theirs = Set(
                try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info('\(table)', 'written')"))
            let columns = try database.columns(in: table).map(\.name).filter(theirs.contains)
                .map { "\"\($0)\"" }.joined(separator: ", ")
            try database.execute(
                sql: "INSERT OR REPLACE INTO \"\(table)\" (\(columns)) SELECT \(columns) FROM written.\"\(table)\"")
        }
        try database.execute(sql: "DETACH written")
    }

    private static func tables(_ database: Database, _ schema: String) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT name FROM \(schema).sqlite_schema
                WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid
                """
        )
    }

    /// `Tests/Fixtures/<name>` of this checkout.
    static func fixture(_ name: String) -> URL {
        let support = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return support.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "Fixtures/\(name)")
    }

    /// Whether the tests are to write the fixtures that are missing.
    static var writesFixtures: Bool { ProcessInfo.processInfo.environment["CAMPUS_TILL_WRITE_FIXTURES"] == "1" }
}
