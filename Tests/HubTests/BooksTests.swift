import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Books")
struct BooksTests {
    let hub: HubFixture

    init() async throws {
        hub = try await HubFixture.open()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([try await hub.merchant()])
        for _ in 0..<3 { try terminal.write(.approved, account, fen: 100) }
        try terminal.write(.voided, nil)
        try await terminal.deliverAll()
    }

    /// Closes the hub, runs `sql` on the bare file, opens the hub again and checks the books.
    private func check(after sql: String) async throws -> BooksReport {
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in
            for trigger in ["posting", "posting_day", "entry", "record", "code_redemption"] {
                try db.execute(sql: "DROP TRIGGER \(trigger)_is_history_1; DROP TRIGGER \(trigger)_is_history_2")
            }
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: sql)
        }
        try raw.close()
        let reopened = try await HubFixture.open(directory: hub.directory, clock: hub.clock)
        return try await reopened.operate(.get, "/books/check", as: BooksReport.self)
    }

    @Test("untouched books are sound and their trial balance sums to zero")
    func sound() async throws {
        let report = try await hub.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.sound)
        #expect(report.findings.isEmpty)
        #expect(report.postings == 4)
        #expect(report.entries == 8)
        #expect(report.records == 4)
        let lines = Dictionary(uniqueKeysWithValues: report.trialBalance.map { ($0.group, $0.balanceFen) })
        #expect(lines == ["cardholders": 700, "merchants": 300, "funding": -1000, "suspense": 0])
    }

    @Test(
        "promise 3 and 5: the check finds tampering with the file",
        arguments: [
            ("UPDATE book SET balance_fen = balance_fen + 1 WHERE name = 'cardholder:1'", "book cardholder:1"),
            ("UPDATE entry SET amount_fen = 99 WHERE posting_id = 2 AND leg = 1", "posting 2"),
            (
                "DELETE FROM entry WHERE posting_id = 2; DELETE FROM posting_day; DELETE FROM posting WHERE id = 2",
                "is not posted"
            ),
            ("DELETE FROM posting_day WHERE posting_id = 2", "posting 2 has no business day"),
            ("DELETE FROM record WHERE sequence = 2", "breaks at record 2"),
            ("DELETE FROM record WHERE sequence = 2", "posting 3 has no approved record"),
            ("DELETE FROM record WHERE sequence = 4", "does not lead to what the hub acknowledged"),
            ("UPDATE record SET canonical = x'00' WHERE sequence = 3", "breaks at record 3"),
            ("UPDATE record SET hash = zeroblob(32) WHERE sequence = 1", "breaks at record 1"),
            ("UPDATE record SET amount_fen = 5 WHERE sequence = 1", "another amount"),
            ("UPDATE journal SET sequence = 3", "does not lead to what the hub acknowledged"),
            ("UPDATE journal SET approved_fen = 1", "other sums"),
        ])
    func tampered(sql: String, finding: String) async throws {
        let report = try await check(after: sql)
        #expect(!report.sound)
        #expect(report.findingCount > 0)
        #expect(report.findings.contains { $0.contains(finding) }, "\(report.findings)")
    }

    @Test(
        "history cannot be changed through SQL",
        arguments: [
            "UPDATE posting SET posted_at = 0", "DELETE FROM posting", "UPDATE entry SET amount_fen = 0",
            "DELETE FROM entry", "UPDATE record SET outcome = 'voided'", "DELETE FROM record",
        ])
    func appendOnly(sql: String) async throws {
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        await #expect(throws: DatabaseError.self) { try await raw.write { db in try db.execute(sql: sql) } }
        try raw.close()
    }

    @Test("promise 4: a resolved hold cannot change again, through SQL neither")
    func holdResolvesOnce() async throws {
        let terminal = try await hub.terminal([try #require(MerchantID(text: HubFixture.canteen))])
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 50))
        try terminal.write(.voided, nil, transaction: transaction)
        try await terminal.deliverAll()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        await #expect(throws: DatabaseError.self) {
            try await raw.write { db in try db.execute(sql: "UPDATE hold SET state = 'captured'") }
        }
        try raw.close()
    }
}
