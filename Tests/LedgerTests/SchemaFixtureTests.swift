import Foundation
import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

/// A file of each schema version that was ever in the field, kept in `Tests/Fixtures`, becomes one of the newest.
///
/// A new step needs the file of the version before it, once:
/// `CAMPUS_TILL_WRITE_FIXTURES=1 swift test --filter SchemaFixtureTests`. A file that exists is never written again.
@Suite("Journals of every older version, with unsent records (promise 11)")
struct SchemaFixtureTests {
    private static let versions = Array(1...Schema.version)

    private static func fixture(_ version: Int32) -> URL { DatabaseText.fixture("ledger-version-\(version).sql") }

    private static var kept: [Int32] { versions.filter { FileManager.default.fileExists(atPath: fixture($0).path) } }

    /// What the terminal that wrote the file had done: with each version what it could do.
    private static func writeHistory(_ version: Int32, _ ledger: SQLiteLedger) async throws {
        try await ledger.sell(Campus.cardEvidence())
        let sold = try await ledger.sell(fen: 700, Campus.cardEvidence(2)).record.transaction
        try await ledger.acknowledge(try await ledger.acknowledgedNow)
        try await ledger.sell(Campus.code(8))
        try await ledger.sell(fen: 5000, Campus.cardEvidence())
        try await ledger.void(try await ledger.mint(), now: Campus.morning)
        if version >= 2 {
            try await ledger.tap()
            let unknown = try await ledger.tap(Campus.purchase(card: 2), .unknown)
            try await ledger.resolve(unknown.transaction, .happened, Campus.purchase(card: 2))
            try await ledger.tap(Campus.load(500))
            try await ledger.tap(Campus.purchase(card: 3), .unknown)
        }
        if version >= 3 {
            let request = CorrectionRequest(
                reference: try #require(SaleReference(text: "refund-1")), order: .refund(sold, amount: Amount(fen: 300))
            )
            _ = try await ledger.correct(
                try await ledger.mint(), request, rules: CorrectionRules(), now: Campus.morning)
        }
        if version >= 4 { try await ledger.pin(hubKey: PolicyHub.signingKey().verifyingKey) }
        if version >= 7 {
            let hub = try await PolicyHub(ledger)
            let document = try PolicyHub.document(version: 3, #""floorLimitFen": 2500"#)
            try await hub.deliver(hub.message(document, version: 3))
        }
    }

    private static func write(_ version: Int32) async throws {
        let written = try JournalFile()
        let ledger = try await written.openFilled()
        try await writeHistory(version, ledger)
        try await ledger.close()
        let old = try JournalFile()
        let queue = try DatabaseQueue(path: old.path)
        try Schema.migrate(queue, to: version)
        let text = try await queue.writeWithoutTransaction { database in
            try DatabaseText.copyRows(from: written.path, into: database)
            return try DatabaseText.dump(database)
        }
        try queue.close()
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

    /// A file of that version in a folder of its own, with the key that belongs to it.
    private static func file(_ version: Int32) async throws -> JournalFile {
        let file = try JournalFile()
        try await file.open().close()
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: file.path + suffix) {
            try FileManager.default.removeItem(atPath: file.path + suffix)
        }
        try DatabaseText.load(try String(contentsOf: fixture(version), encoding: .utf8), at: file.path)
        return file
    }

    /// What must not be lost, read without this program's own code.
    private struct Contents: Equatable {
        var records: [String]
        var entries: [String]
        var redemptions: [String]
        var accounts: [String]
        var cards: [String]
        var acknowledged: Int
        var version: Int32

        init(_ path: String) throws {
            let queue = try DatabaseQueue(path: path)
            defer { _ = try? queue.close() }
            func rows(_ sql: String) throws -> [String] {
                try queue.read { try Row.fetchAll($0, sql: sql).map(\.description) }
            }
            records = try rows(
                """
                SELECT sequence, trace, outcome, reason, decided_at, amount, payer, card, key_id, serial, account,
                    merchant, lane, path, hex(hash) FROM journal ORDER BY sequence
                """)
            entries = try rows("SELECT * FROM entry ORDER BY sequence, leg")
            redemptions = try rows("SELECT * FROM code_redemption ORDER BY key_id, serial")
            accounts = try rows("SELECT id, status, balance FROM account ORDER BY id")
            cards = try rows("SELECT * FROM card ORDER BY id")
            acknowledged = try queue.read { try Int.fetchOne($0, sql: "SELECT acknowledged_sequence FROM state") ?? -1 }
            version = try queue.read { try Int32.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        }
    }

    @Test("nothing is lost, the chain holds, what is unsent is sent, and the journal goes on", arguments: kept)
    func migrates(version: Int32) async throws {
        let file = try await Self.file(version)
        let before = try Contents(file.path)
        #expect(before.version == version)
        #expect(before.records.count >= 5 && before.acknowledged == 2)
        let ledger = try file.open()
        let records = try await ledger.records(after: 0, limit: 1000)
        #expect(records.count == before.records.count)
        #expect(try await ledger.unsent(limit: 1000)?.records == records.dropFirst(2).map(\.record))
        #expect(try await ledger.verify().findings == [])
        #expect(try await ledger.view(of: Campus.code(8)).codeUsed)
        if version >= 2 { #expect(try await ledger.openCardTransaction(of: Campus.card(3)) != nil) }
        if version >= 4 {
            await #expect(throws: LedgerError.self, "the pinned key stays pinned") {
                try await ledger.pin(hubKey: PolicyHub.signingKey(9).verifyingKey)
            }
        }
        try await ledger.close()
        var after = try Contents(file.path)
        #expect(after.version == Schema.version)
        after.version = before.version
        #expect(after == before)

        let again = try file.open()
        #expect(try await again.sell(fen: 50, Campus.cardEvidence()).decision.isApproved)
        let unsent = try #require(try await again.unsent(limit: 1000))
        try await again.acknowledge(
            Acknowledgement(sequence: try #require(unsent.records.last).sequence, hash: unsent.hash))
        #expect(try await again.figures().unsentCount == 0)
        #expect(try await again.verify().findings == [])
        try await again.close()
    }

    @Test("the steps make the same tables as they did when the file was written", arguments: kept)
    func unchanged(version: Int32) async throws {
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
        let made = try JournalFile()
        let queue = try DatabaseQueue(path: made.path)
        try Schema.migrate(queue, to: version)
        try queue.close()
        let kept = try await Self.file(version)
        let (new, old) = (try schema(made.path), try schema(kept.path))
        #expect(new == old)
        withExtendedLifetime((made, kept)) {}
    }
}
