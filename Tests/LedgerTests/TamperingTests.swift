import GRDB
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("History is append-only and tampering is found (promise 5)")
struct TamperingTests {
    /// Closed journal of seven records: five approved sales, among them one by code, a decline and a void.
    private static func closedJournal() async throws -> JournalFile {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell(fen: 10)
        try await ledger.sell(fen: 20, Campus.code(9))
        try await ledger.sell(fen: 30, Campus.cardEvidence(2))
        try await ledger.sell(fen: 40, Campus.cardEvidence(77))
        try await ledger.void(try await ledger.mint(), now: Campus.morning)
        try await ledger.sell(fen: 60)
        try await ledger.sell(fen: 70)
        try await ledger.acknowledge(try await ledger.acknowledgedNow)
        try await ledger.sell(fen: 80)
        try await ledger.close()
        return file
    }

    @Test("an untouched journal verifies")
    func untouched() async throws {
        let file = try await Self.closedJournal()
        let verification = try await file.open().verify()
        #expect(
            verification
                == JournalVerification(
                    records: 8, approvedCount: 6, approvedAmount: Amount(fen: 270), findings: []))
    }

    @Test(
        "history refuses update and delete",
        arguments: [
            "UPDATE journal SET amount = 1 WHERE sequence = 1", "DELETE FROM journal WHERE sequence = 8",
            "UPDATE entry SET amount = 1", "DELETE FROM entry", "UPDATE code_redemption SET sequence = 2",
            "DELETE FROM code_redemption",
        ])
    func triggers(sql: String) async throws {
        let file = try await Self.closedJournal()
        #expect(throws: DatabaseError.self) { try RawDatabase.execute(file.path, sql) }
        #expect(try await file.open().verify().findings == [])
    }

    @Test(
        "an edit, deletion or insertion in the past is found",
        arguments: [
            "UPDATE journal SET amount = 11 WHERE sequence = 1",
            "UPDATE journal SET account = 2026010002 WHERE sequence = 1",
            "UPDATE journal SET decided_at = decided_at + 1 WHERE sequence = 5",
            "UPDATE journal SET reason = 5101 WHERE sequence = 4",
            "UPDATE journal SET hash = zeroblob(32) WHERE sequence = 3",
            "UPDATE journal SET lane = 'not a lane' WHERE sequence = 3",
            "UPDATE journal SET trace = 99 WHERE sequence = 2",
            "DELETE FROM journal WHERE sequence = 5",
            "DELETE FROM journal WHERE sequence = 1",
            """
            UPDATE journal SET sequence = 100 WHERE sequence = 1; UPDATE journal SET sequence = 1 WHERE sequence = 3;
            UPDATE journal SET sequence = 3 WHERE sequence = 100
            """,
            "DELETE FROM entry WHERE sequence = 1 AND leg = 2",
            "DELETE FROM entry WHERE sequence = 1",
            "UPDATE entry SET amount = amount * 2 WHERE sequence = 1",
            "UPDATE entry SET account = 'merchant:mine' WHERE sequence = 1 AND leg = 2",
            "INSERT INTO entry VALUES (4, 1, 'funding', -5), (4, 2, 'merchant:mine', 5)",
            "INSERT INTO entry VALUES (400, 1, 'funding', -5), (400, 2, 'merchant:mine', 5)",
            "DELETE FROM code_redemption",
            "UPDATE code_redemption SET serial = 10",
            "INSERT INTO code_redemption VALUES (1, 1, 1)",
        ])
    func past(sql: String) async throws {
        let file = try await Self.closedJournal()
        try RawDatabase.tamper(file.path, sql)
        #expect(try await file.open().verify().findings != [])
    }

    @Test(
        "a changed or cut-off end is found at opening",
        arguments: [
            "DELETE FROM journal WHERE sequence = 8",
            "DELETE FROM journal WHERE sequence >= 3",
            "UPDATE journal SET amount = 81 WHERE sequence = 8",
            "UPDATE state SET head_hash = zeroblob(32)",
            "UPDATE state SET head_sequence = 7",
            "UPDATE state SET reserved_through = 3",
            "UPDATE state SET acknowledged_sequence = 9",
            "UPDATE state SET terminal = 'x'",
            "DELETE FROM state",
            """
            INSERT INTO journal (sequence, trace, outcome, decided_at, replica_cursor, hash)
            VALUES (9, 9, 3, 0, 0, zeroblob(32))
            """,
        ])
    func end(sql: String) async throws {
        let file = try await Self.closedJournal()
        try RawDatabase.tamper(file.path, sql)
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }

    @Test("an end cut off together with the state row is found by its numbers")
    func consistentCut() async throws {
        let file = try await Self.closedJournal()
        try RawDatabase.tamper(
            file.path,
            """
            DELETE FROM entry WHERE sequence = 8; DELETE FROM journal WHERE sequence = 8;
            UPDATE state SET head_sequence = 7, head_hash = (SELECT hash FROM journal WHERE sequence = 7)
            """)
        // The number of the record that was cut off is known to be taken, so it comes back as a void: the sale is
        // gone from this file, but another record stands where the hub or a copy has the sale.
        let records = try await file.open().records(after: 7, limit: 10)
        #expect(records.map(\.record.outcome) == [.voided])
    }

    @Test("after an unclean stop an edit near the end is found at opening")
    func tailAfterUncleanStop() async throws {
        let file = try await Self.closedJournal()
        try RawDatabase.tamper(
            file.path, "UPDATE state SET running = 1; UPDATE journal SET amount = 11 WHERE sequence = 1")
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }

    @Test("a finding names no card, account or amount")
    func findingsArePrivate() async throws {
        let file = try await Self.closedJournal()
        try RawDatabase.tamper(file.path, "UPDATE journal SET amount = 987654 WHERE sequence = 3")
        let text = try await file.open().verify().findings.joined()
        #expect(!text.contains("987654"))
        #expect(!text.contains("2026010"))
        #expect(!text.contains("purse"))
    }
}
