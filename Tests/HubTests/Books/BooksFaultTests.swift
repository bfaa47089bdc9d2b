import Foundation
import GRDB
import HTTPTypes
import HubProtocol
import Payments
import TestSupport
import Testing

@testable import Hub

/// What the office does is one commit each: when a step in the middle fails, nothing of it is there.
@Suite("Books under faults")
struct BooksFaultTests {
    let hub: HubFixture
    let account: AccountID
    let merchant: MerchantID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        account = try await hub.account(1, fen: 1000)
        merchant = try await hub.merchant()
        terminal = try await hub.terminal([merchant])
    }

    /// Closes `hub`, runs `sql` on the bare file, and opens it again.
    private func reopened(_ hub: HubFixture, after sql: String) async throws -> HubFixture {
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in try db.execute(sql: sql) }
        try raw.close()
        return try await HubFixture.open(directory: hub.directory, clock: hub.clock)
    }

    @Test("a closing that fails at its second day closes none")
    func closing() async throws {
        let day = hub.today
        try terminal.write(.approved, account)
        try await terminal.deliverAll()
        hub.nextDay()
        hub.nextDay()
        let failing = try await reopened(
            hub,
            after: """
                CREATE TRIGGER fault BEFORE INSERT ON business_day WHEN NEW.day = \(day.next.number)
                BEGIN SELECT RAISE(ABORT, 'fault'); END
                """)
        let reply = try await failing.operate(.post, "/days/close", body: Data("{}".utf8))
        #expect(try reply.refusal().refusal == .hubFault)
        #expect(try await failing.day(day).summary.closedAtMilliseconds == nil)
        let mended = try await reopened(failing, after: "DROP TRIGGER fault")
        #expect(try await mended.closeDays().closed.map(\.day) == [day, day.next])
        try await mended.requireSoundBooks()
    }

    @Test("an approval that fails after its posting leaves no posting")
    func approval() async throws {
        let proposed = try await hub.propose(
            NewAdjustment(
                kind: .makeUpDebit, amountFen: 70, account: account, merchant: merchant, transaction: terminal.mint(),
                note: "x"))
        let failing = try await reopened(
            hub,
            after: "CREATE TRIGGER fault BEFORE UPDATE ON adjustment BEGIN SELECT RAISE(ABORT, 'fault'); END")
        let decision = AdjustmentDecision(verdict: .approve, note: "x")
        #expect(
            try await failing.refusal("/adjustments/\(proposed.id)/decide", decision, by: TestPeers.wang) == .hubFault)
        #expect(try await failing.balance(account) == 1000)
        try await failing.requireSoundBooks()
        let mended = try await reopened(failing, after: "DROP TRIGGER fault")
        #expect(try await mended.approve(proposed).state == .approved)
        #expect(try await mended.balance(account) == 930)
    }

    @Test("a confirmation that fails after its posting leaves the draft and the merchant's money")
    func confirmation() async throws {
        try terminal.write(.approved, account, fen: 90)
        try await terminal.deliverAll()
        hub.nextDay()
        try await hub.closeDays()
        _ = try await hub.operate(.post, "/settlements", NewSettlements(), as: SettlementDrafts.self)
        let failing = try await reopened(
            hub,
            after: "CREATE TRIGGER fault BEFORE UPDATE ON settlement BEGIN SELECT RAISE(ABORT, 'fault'); END")
        let confirm = SettlementDecision(verdict: .confirm)
        #expect(try await failing.refusal("/settlements/1/decide", confirm, by: TestPeers.wang) == .hubFault)
        #expect(try await failing.trialBalance()["merchants"] == 90)
        let mended = try await reopened(failing, after: "DROP TRIGGER fault")
        let confirmed = try await mended.asWang("/settlements/1/decide", confirm, as: SettlementSummary.self)
        #expect(confirmed.netFen == 90)
        try await mended.requireSoundBooks()
    }

    @Test("the hub closes a day by itself when its grace is over, and not before")
    func closer() async throws {
        let day = hub.today
        let store = hub.hub.store
        let closer = DayCloser(store: store, grace: .seconds(2 * 3600), clock: hub.clock, logger: .quiet)
        hub.clock.advance(by: hub.calendar.end(of: day).since(hub.clock.now()) + .seconds(2 * 3600 - 1))
        await closer.look()
        #expect(try await store.booksOverview(now: hub.clock.now()).closedThrough == nil)
        hub.clock.advance(by: .seconds(1))
        // Nothing was posted in it but the top-up of the account.
        await closer.look()
        await closer.look()
        #expect(try await store.booksOverview(now: hub.clock.now()).closedThrough == day)
        #expect(try await hub.day(day).summary.closedBy == "hub")
    }

    @Test("promise 11: postings of a file from before there were business days get theirs")
    func migration() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("hub.sqlite")
        let raw = try DatabaseQueue(path: path)
        try HubSchema.migrator.migrate(raw, upTo: "2 purses")
        let day = try #require(BusinessDay(text: "2026-03-05"))
        let noon = BusinessCalendar().start(of: day).advanced(by: .seconds(8 * 3600)).milliseconds
        try await raw.write { db in
            try db.execute(
                sql: """
                    INSERT INTO book (id, name, balance_fen) VALUES (3, 'cardholder:1', 900);
                    UPDATE book SET balance_fen = -900 WHERE name = 'funding';
                    INSERT INTO account VALUES (1, 'x', 'active', 3, 1, 1);
                    INSERT INTO posting VALUES (1, 'topUp', \(noon), \(noon), NULL, 'receipt');
                    INSERT INTO entry VALUES (1, 0, 1, -900), (1, 1, 3, 900);
                    INSERT INTO exception (kind, subject, text, first_at, last_at, closed_at, note)
                    VALUES ('gap', 's', 't', 1, 1, 2, 'seen');
                    """)
        }
        try raw.close()
        for _ in 0..<2 {
            let store = try SQLiteHubStore(path: path)
            #expect(try await store.day(day).summary.postings == 1)
            #expect(try await store.checkBooks().sound)
            let old = try await store.exceptions(ExceptionSearch(state: .all), PageRequest())
            #expect(old.items.map(\.resolution) == [.explained])
            try await store.close()
        }
    }
}
