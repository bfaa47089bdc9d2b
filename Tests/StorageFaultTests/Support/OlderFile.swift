import CampusSimulation
import Foundation
import GRDB
import TestSupport

/// Files as earlier versions of the programs left them, and whether a file is whole.
enum OlderFile {
    /// Makes a file of an earlier version with the rows of one that the present version wrote: what both have of each
    /// table.
    ///
    /// - Parameter migrate: brings an empty file to the earlier version.
    static func make(at path: String, rowsOf newer: String, migrate: (DatabaseQueue) throws -> Void) throws {
        // A simulated disk has no shared memory, which attaching a file in WAL mode needs.
        let copy = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: newer, toPath: copy.file("newer"))
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try migrate(queue)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF; ATTACH ? AS newer", arguments: [copy.file("newer")])
            try database.inTransaction {
                for table in try tables(database) {
                    let shared = try columns(of: table, in: "newer", database)
                    let names = try columns(of: table, in: "main", database).filter(shared.contains)
                        .joined(separator: ", ")
                    try database.execute(sql: "DELETE FROM main.\(table)")
                    guard !names.isEmpty else { continue }
                    try database.execute(
                        sql: "INSERT INTO main.\(table) (\(names)) SELECT \(names) FROM newer.\(table)")
                }
                return .commit
            }
            try database.execute(sql: "DETACH newer")
        }
        try queue.close()
        withExtendedLifetime(copy) {}
    }

    /// What is wrong with the schema of a file that a migration was cut off in: it must be the one of some version, and
    /// that version's number must stand in it, so that the next opening goes on from there (promise 11).
    ///
    /// - Parameter schemas: of each version from 1, as ``schema(of:)`` gives them.
    static func findings(in image: TemporaryDirectory, file: String, schemas: [[String]]) throws -> [CheckFinding] {
        // Looked at in a copy: opening writes the log into the database file.
        let copy = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: image.path) where name.hasPrefix(file) {
            try FileManager.default.copyItem(atPath: image.file(name), toPath: copy.file(name))
        }
        let queue = try DatabaseQueue(path: copy.file(file))
        let (version, schema) = try queue.read { database in
            (try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0, try Self.schema(of: database))
        }
        try queue.close()
        guard schemas.indices.contains(version - 1) else {
            return [CheckFinding(11, "the file has version \(version)")]
        }
        return schema == schemas[version - 1] ? [] : [CheckFinding(11, "version \(version) is not whole")]
    }

    /// Everything that makes up a schema, the migrations that are noted as done included.
    static func schema(of database: Database) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT coalesce(sql, name) FROM sqlite_schema
                UNION ALL SELECT identifier FROM grdb_migrations ORDER BY 1
                """)
    }

    /// But what migrations fill by themselves: the kinds of postings that a version knows.
    private static func tables(_ database: Database) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT name FROM main.sqlite_schema
                WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%' AND name <> 'posting_kind'
                    AND name IN (SELECT name FROM newer.sqlite_schema)
                """)
    }

    private static func columns(of table: String, in schema: String, _ database: Database) throws -> [String] {
        try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?, ?)", arguments: [table, schema])
    }
}
