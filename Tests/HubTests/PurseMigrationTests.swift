import Foundation
import GRDB
import HubProtocol
import Payments
import SmartCards
import TestSupport
import Testing

@testable import Hub

@Suite("Migration to purses")
struct PurseMigrationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("promise 11: a file of version 1 becomes version 2 without loss, and its history stays closed")
    func version1() async throws {
        let path = directory.file("hub.sqlite")
        let raw = try DatabaseQueue(path: path)
        try HubSchema.migrator.migrate(raw, upTo: "1 first tables")
        let terminal = try #require(TerminalID(number: 1))
        let journal = JournalID(number: 5)
        let transaction = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(1))
        let sale = JournalRecord.Sale(
            amount: Amount(fen: 100), payer: .card(.uid([1, 2, 3, 4]), .proven), account: AccountID(number: 1),
            merchant: try #require(MerchantID(text: "canteen-1")), lane: try #require(LaneID(text: "lane-1")),
            path: .local)
        let record = JournalRecord(
            sequence: 1, transaction: transaction, outcome: .approved, sale: sale, decidedAt: UnixTime(seconds: 9),
            replicaCursor: 0)
        let genesis = JournalHash.genesis(terminal: terminal, journal: journal)
        let head = genesis.following(record)
        try await raw.write { db in
            try db.execute(
                sql: """
                    INSERT INTO book (id, name, balance_fen)
                    VALUES (3, 'cardholder:1', 900), (4, 'merchant:canteen-1', 100);
                    UPDATE book SET balance_fen = -1000 WHERE name = 'funding';
                    INSERT INTO account VALUES (1, '李雷', 'active', 3, 1, 1);
                    INSERT INTO merchant VALUES ('canteen-1', 'x', 1);
                    INSERT INTO terminal VALUES ('000000000001', 't', zeroblob(32), 1, 1, NULL);
                    INSERT INTO terminal_merchant VALUES ('000000000001', 'canteen-1');
                    INSERT INTO posting VALUES (1, 'topUp', 1, 1, NULL, 'receipt');
                    INSERT INTO entry VALUES (1, 0, 1, -1000), (1, 1, 3, 1000);
                    """)
            try db.execute(
                sql: """
                    INSERT INTO journal VALUES (1, '000000000001', '00000005', zeroblob(32), 1, 1, 1, ?, 1, 100);
                    """, arguments: [Data(head.bytes)])
            try db.execute(
                sql: "INSERT INTO posting VALUES (2, 'purchase', 9000, 9000, ?, NULL)",
                arguments: [Data(transaction.bytes)])
            try db.execute(sql: "INSERT INTO entry VALUES (2, 0, 3, -100), (2, 1, 4, 100)")
            try db.execute(
                sql: "INSERT INTO record VALUES (1, 1, 1, ?, 'approved', 100, ?, ?, 9000)",
                arguments: [Data(transaction.bytes), Data(record.canonicalBytes), Data(head.bytes)])
            try db.execute(
                sql: """
                    INSERT INTO hold VALUES (1, ?, 100, 'uid:01020304', 'proven', NULL, NULL, 'canteen-1', 'lane-1',
                        'captured', 1, 900, NULL, 1, 9000)
                    """, arguments: [Data(transaction.bytes)])
        }
        try raw.close()

        let store = try SQLiteHubStore(path: path)
        let report = try await store.checkBooks()
        #expect(report.sound, "\(report.findings)")
        #expect(report.postings == 2)
        #expect(report.records == 1)
        #expect(try await store.account(try #require(AccountID(number: 1))).balanceFen == 900)
        try await store.close()
        let after = try DatabaseQueue(path: path)
        try await after.write { db in
            #expect(try Int64.fetchOne(db, sql: "PRAGMA user_version") == HubSchema.version)
            #expect(try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").isEmpty)
            for sql in [
                "UPDATE posting SET posted_at = 0", "DELETE FROM posting", "UPDATE record SET outcome = 'voided'",
                "DELETE FROM record", "UPDATE hold SET state = 'held'",
            ] {
                #expect(throws: DatabaseError.self, "\(sql)") { try db.execute(sql: sql) }
            }
            try db.execute(
                sql: "INSERT INTO entry VALUES (2, 2, 4, 0)")
            #expect(throws: DatabaseError.self) { try db.execute(sql: "INSERT INTO entry VALUES (99, 0, 4, 0)") }
        }
        try after.close()
    }

    @Test("purse history cannot be changed through SQL")
    func appendOnly() async throws {
        let hub = try await HubFixture.openWithPurses()
        let terminal = try await hub.terminal([try await hub.merchant()])
        var purse = try TestPurse(balance: 1000)
        try await hub.openPurse(purse)
        let unknown = try terminal.write(.unknown, purse.initialize(1, terminal: terminal.id))
        try terminal.write(
            .resolved(Resolution(subject: unknown.transaction, verdict: .didNotHappen)),
            purse.initialize(1, terminal: terminal.id))
        try await terminal.deliverAll()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        for table in ["purse_transaction", "purse_resolution", "terminal_resolution"] {
            await #expect(throws: DatabaseError.self) {
                try await raw.write { db in try db.execute(sql: "DELETE FROM \(table)") }
            }
        }
        try raw.close()
    }

    @Test(
        "the books check finds tampering with purses",
        arguments: [
            ("UPDATE purse_transaction SET amount_fen = 2 WHERE outcome = 'approved'", "its record differ"),
            ("DELETE FROM purse_resolution", "of a transaction that did not happen"),
            ("UPDATE purse_resolution SET verdict = 'didNotHappen'", "of a transaction that did not happen"),
            ("UPDATE posting SET kind = 'purchase' WHERE kind = 'pursePurchase'", "not posted as it should be"),
            ("UPDATE book SET balance_fen = 1 WHERE name LIKE 'purse:%'", "a purse is kept at"),
        ])
    func tampered(sql: String, finding: String) async throws {
        let hub = try await HubFixture.openWithPurses()
        let terminal = try await hub.terminal([try await hub.merchant()])
        var purse = try TestPurse(balance: 1000)
        try await hub.openPurse(purse)
        let intent = try purse.initialize(3, terminal: terminal.id)
        let unknown = try terminal.write(.unknown, intent)
        try terminal.write(.resolved(Resolution(subject: unknown.transaction, verdict: .happened)), purse.debit(intent))
        try terminal.write(.approved, purse.pay(5, terminal: terminal.id))
        try await terminal.deliverAll()
        try await hub.requireSoundBooks()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in
            for trigger in ["posting", "purse_transaction", "purse_resolution"] {
                try db.execute(sql: "DROP TRIGGER \(trigger)_is_history_1; DROP TRIGGER \(trigger)_is_history_2")
            }
            try db.execute(sql: sql)
        }
        try raw.close()
        let store = try SQLiteHubStore(path: hub.configuration.databasePath)
        let report = try await store.checkBooks()
        #expect(report.findings.contains { $0.contains(finding) }, "\(report.findings)")
        try await store.close()
    }

    @Test("a purse key file that others can read, that is missing, or holds no key stops the start without showing it")
    func keyFiles() async throws {
        let path = directory.file("key")
        let digits = TestPurse.tacMaster
        func failure(_ content: String?, mode: Int) throws -> PurseKeyError? {
            if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: path)) }
            if content != nil {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            let settings = PurseSettings(tacKey: PurseSettings.Key(path: path, factors: [.applicationSerial]))
            do throws(PurseKeyError) {
                let rules = try PurseRules(reading: settings, timeZoneOffsetSeconds: 0)
                #expect(!"\(rules)".contains(digits))
                return nil
            } catch {
                return error
            }
        }
        #expect(try failure(nil, mode: 0)?.code == .cannotRead)
        #expect(try failure(digits + "\n", mode: 0o640)?.code == .readableByOthers)
        let malformed = try failure(digits + "00", mode: 0o600)
        #expect(malformed?.code == .malformed)
        #expect(malformed?.message.contains(digits) == false)
        #expect(try failure("", mode: 0o600)?.code == .malformed)
        #expect(try failure(digits, mode: 0o400) == nil)
    }
}
