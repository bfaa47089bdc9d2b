import Foundation
import GRDB
import HTTPTypes
import HubProtocol
import Payments
import TestSupport
import Testing

@testable import Hub

/// A file of each schema version that was ever in the field, kept in `Tests/Fixtures`, becomes one of the newest.
///
/// A new step needs the file of the version before it, once:
/// `CAMPUS_TILL_WRITE_FIXTURES=1 swift test --filter SchemaFixtureTests`. A file that exists is never written again.
@Suite("Books of every older version (promises 11 and 12)")
struct HubSchemaFixtureTests {
    private static let versions = Array(1...Int(HubSchema.version))

    private static func fixture(_ version: Int) -> URL { DatabaseText.fixture("hub-version-\(version).sql") }

    private static var kept: [Int] { versions.filter { FileManager.default.fileExists(atPath: fixture($0).path) } }

    /// What the hub that wrote the file had done: with each version what it could do.
    private static func writeHistory(_ version: Int, _ hub: HubFixture) async throws {
        let merchant = try await hub.merchant()
        let terminal = try await hub.terminal([merchant])
        let (payer, other) = (try await hub.account(1, fen: 10_000), try await hub.account(2, fen: 500))
        let sale = try terminal.write(.approved, payer, fen: 700)
        try terminal.write(.approved, other, fen: 900)
        try terminal.write(.declined(.insufficientFunds), other)
        try terminal.write(.voided, nil)
        try terminal.write(.approved, payer, code: CodeReference(keyID: 1, serial: 77))
        try await terminal.deliverAll()
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 250))
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 90_000))
        try await hub.operate(.post, "/cards/\(HubFixture.card(2).text)/lost", as: CardSummary.self)
        if version >= 2 {
            var purse = try TestPurse(balance: 1000)
            try await hub.openPurse(purse)
            try terminal.write(.approved, purse.pay(10, terminal: terminal.id))
            try terminal.write(.unknown, purse.initialize(20, terminal: terminal.id))
        }
        if version >= 4 { try terminal.correct(sale, fen: 300) }
        try await terminal.deliverAll()
        if version >= 5 {
            try await hub.operate(
                .post, "/terminals/\(terminal.credentials.id)/enrolment", EnrolmentTerms(),
                as: IssuedEnrolmentCode.self)
        }
        if version >= 9 {
            let rules = #"{"campus": "main", "meals": [], "rules": [{"floorLimitFen": 700}]}"#
            let document = try JSONDecoder().decode(PolicyNode.self, from: Data(rules.utf8))
            try await hub.operate(
                .post, "/policies", NewPolicy(document: document, note: "test"), as: PolicySummary.self)
        }
    }

    private static func migrate(_ queue: DatabaseQueue, to version: Int) throws {
        let migrator = HubSchema.migrator
        try migrator.migrate(queue, upTo: migrator.migrations[version - 1])
    }

    private static func write(_ version: Int) async throws {
        let hub = try await HubFixture.openWithPurses()
        try await writeHistory(version, hub)
        try await hub.hub.close()
        let old = try DatabaseQueue(path: hub.directory.file("old.sqlite"))
        try migrate(old, to: version)
        let text = try await old.writeWithoutTransaction { database in
            try DatabaseText.copyRows(from: hub.configuration.databasePath, into: database, except: ["posting_kind"])
            return try DatabaseText.dump(database)
        }
        try old.close()
        try text.write(to: fixture(version), atomically: true, encoding: .utf8)
    }

    @Test("fixtures that are missing are written", .enabled(if: DatabaseText.writesFixtures))
    func write() async throws {
        for version in Self.versions where !Self.kept.contains(version) { try await Self.write(version) }
    }

    @Test("there is a file of every version before the newest")
    func complete() {
        let missing = Set(Self.versions.dropLast()).subtracting(Self.kept)
        #expect(missing.isEmpty, "CAMPUS_TILL_WRITE_FIXTURES=1 swift test --filter SchemaFixtureTests")
    }

    private static func file(_ version: Int, in directory: TemporaryDirectory) throws -> String {
        let path = directory.file("hub-\(version).sqlite")
        try DatabaseText.load(try String(contentsOf: fixture(version), encoding: .utf8), at: path)
        return path
    }

    /// What must not be lost, read without this program's own code.
    private struct Contents: Equatable {
        var rows: [String: [String]] = [:]
        var version = 0

        init(_ path: String) throws {
            let queue = try DatabaseQueue(path: path)
            defer { _ = try? queue.close() }
            let questions = [
                "record": "sequence, hex(transaction_id), outcome, amount_fen, hex(canonical), hex(hash), received_at",
                "posting": "id, kind, occurred_at, posted_at, hex(transaction_id), reference",
                "entry": "posting_id, leg, book_id, amount_fen", "book": "id, name, balance_fen",
                "account": "id, name, status, book_id, created_at", "card": "id, account_id, status",
                "hold": "hex(transaction_id), amount_fen, state, account_id, created_at",
                "journal": "terminal, journal, sequence, hex(head), approved_count, approved_fen",
                "exception": "kind, subject, first_at, occurrences, closed_at", "terminal": "id, name, enabled",
            ]
            for (table, columns) in questions {
                rows[table] = try queue.read {
                    try Row.fetchAll($0, sql: "SELECT \(columns) FROM \(table) ORDER BY 1, 2, 3").map(\.description)
                }
            }
            version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        }
    }

    @Test("nothing that was acknowledged is lost, the books are sound, and the hub goes on", arguments: kept)
    func migrates(version: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = try Self.file(version, in: directory)
        let before = try Contents(path)
        #expect(before.version == version)
        #expect((before.rows["record"] ?? []).count >= 5 && (before.rows["exception"] ?? []).count >= 1)
        let store = try SQLiteHubStore(path: path)
        let report = try await store.checkBooks()
        #expect(report.sound, "\(report.findings)")
        #expect(report.records == Int64((before.rows["record"] ?? []).count))
        try await store.close()
        var after = try Contents(path)
        #expect(after.version == Int(HubSchema.version))
        after.version = before.version
        for (table, rows) in before.rows { #expect(after.rows[table] == rows, "\(table)") }

        // It takes money, and gives everything to a terminal.
        let again = try SQLiteHubStore(path: path)
        let account = try #require(AccountID(number: 1))
        _ = try await again.topUp(
            TopUpRequest(account: account, amountFen: 5, reference: "after"), now: UnixTime(seconds: 1_790_000_000))
        let terminal = try #require(try await again.terminals(PageRequest(after: nil, limit: 1)).items.first).id
        let page = try await again.changes(
            after: 0, limit: 100, terminal: terminal, now: UnixTime(seconds: 1_790_000_000))
        #expect(page.changes.compactMap(\.account).contains { $0.id == account })
        #expect(page.changes.contains { $0.hotList?.card == HubFixture.card(2) })
        #expect(try await again.checkBooks().sound)
        try await again.close()
    }

    @Test("the steps make the same tables as they did when the file was written", arguments: kept)
    func unchanged(version: Int) throws {
        let directory = try TemporaryDirectory()
        func schema(_ path: String) throws -> [String] {
            let queue = try DatabaseQueue(path: path)
            defer { _ = try? queue.close() }
            return try queue.read {
                try String.fetchAll(
                    $0,
                    sql: """
                        SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'grdb%' ORDER BY name
                        """)
            }
        }
        let made = directory.file("made.sqlite")
        let queue = try DatabaseQueue(path: made)
        try Self.migrate(queue, to: version)
        try queue.close()
        let (new, old) = (try schema(made), try schema(try Self.file(version, in: directory)))
        #expect(new == old)
        withExtendedLifetime(directory) {}
    }
}
