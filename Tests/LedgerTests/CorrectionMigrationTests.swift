import Foundation
import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("A file from before corrections keeps every unsent record (promise 11)")
struct CorrectionMigrationTests {
    private static let tables = [
        "state", "journal", "entry", "code_redemption", "account", "card", "hot_list", "code_key", "card_intent",
    ]

    /// A file as the version before wrote it, with sales by card and code, a purse's records of every outcome, and an
    /// intent that is still open.
    private static func older() async throws -> (file: JournalFile, records: [ArchivedRecord]) {
        let written = try JournalFile()
        let ledger = try await written.openFilled()
        try await ledger.sell(Campus.cardEvidence())
        try await ledger.sell(Campus.code(8))
        try await ledger.tap()
        let unknown = try await ledger.tap(Campus.purchase(card: 2), .unknown)
        try await ledger.resolve(unknown.transaction, .happened, Campus.purchase(card: 2))
        try await ledger.tap(Campus.load(500))
        try await ledger.tap(Campus.purchase(card: 3), .unknown)
        let records = try await ledger.records(after: 0, limit: 100)
        try await ledger.close()

        let file = try JournalFile()
        try FileManager.default.copyItem(atPath: written.keyPath, toPath: file.keyPath)
        let queue = try DatabaseQueue(path: file.path)
        try Schema.migrate(queue, to: 2)
        try await queue.writeWithoutTransaction { database in
            try database.execute(sql: "ATTACH ? AS written", arguments: [written.path])
            for table in tables {
                let columns = try database.columns(in: table).map(\.name).joined(separator: ", ")
                try database.execute(sql: "INSERT INTO \(table) (\(columns)) SELECT \(columns) FROM written.\(table)")
            }
        }
        try queue.close()
        return (file, records)
    }

    @Test("records, hashes, sums and open transactions are the same afterwards, and corrections can follow")
    func keepsEverything() async throws {
        let (file, records) = try await Self.older()
        let ledger = try file.open()
        #expect(try await ledger.records(after: 0, limit: 100) == records)
        #expect(try await ledger.unsent(limit: 100)?.records == records.map(\.record))
        #expect(try await ledger.openCardTransaction(of: Campus.card(3)) != nil)
        #expect(try await ledger.view(of: Campus.code(8)).codeUsed)
        #expect(try await ledger.view(of: Campus.cardEvidence()).account?.available == Amount(fen: 100_000 - 700))
        try await ledger.tap()
        try await ledger.sell(Campus.cardEvidence())
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
        let queue = try DatabaseQueue(path: file.path)
        let (version, broken) = try await queue.read { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA user_version"),
                try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").count
            )
        }
        #expect(version == Int(Schema.version))
        #expect(broken == 0)
    }

    @Test("an old file and a new one have the same tables")
    func sameSchema() async throws {
        let (old, new) = (try await Self.older().file, try JournalFile())
        for file in [old, new] { try await file.open().close() }
        let schemas = try [old, new].map { file in
            try DatabaseQueue(path: file.path).read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'grdb%' ORDER BY name")
            }
        }
        #expect(schemas[0] == schemas[1])
    }

    @Test("the tables refuse a correction without its sale, subsidy above the amount, and any change of either")
    func checks() async throws {
        let (file, _) = try await Self.older()
        try await file.open().close()
        let row = """
            INSERT INTO journal (sequence, trace, outcome, decided_at, replica_cursor, amount, payer, card, account,
                merchant, lane, path, movement, subsidy, corrects, hash)
            SELECT 900, 900, 1, decided_at, replica_cursor, 100, 1, 'uid:01020304', 1, merchant, lane, 0, %@, hash
            FROM journal WHERE sequence = 1
            """
        for values in ["4, 0, NULL", "5, 0, zeroblob(15)", "1, 0, zeroblob(16)", "4, 101, zeroblob(16)", "6, 0, NULL"] {
            #expect(throws: DatabaseError.self, "\(values)") {
                try RawDatabase.execute(file.path, row.replacingOccurrences(of: "%@", with: values))
            }
        }
        try RawDatabase.execute(file.path, row.replacingOccurrences(of: "%@", with: "4, 100, zeroblob(16)"))
        for sql in [
            "UPDATE journal SET subsidy = 1", "UPDATE journal SET corrects = zeroblob(16)",
            "DELETE FROM journal WHERE sequence = 900",
        ] {
            #expect(throws: DatabaseError.self, "\(sql)") { try RawDatabase.execute(file.path, sql) }
        }
    }
}
