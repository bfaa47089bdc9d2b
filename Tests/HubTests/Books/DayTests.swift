import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Business days")
struct DayTests {
    let hub: HubFixture
    let account: AccountID
    let merchant: MerchantID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        account = try await hub.account(1, fen: 100_000)
        merchant = try await hub.merchant()
        terminal = try await hub.terminal([merchant])
    }

    @Test("closing fixes a day's totals per merchant, and again it changes nothing")
    func closing() async throws {
        let day = hub.today
        for fen in [100, 250] as [Int64] { try terminal.write(.approved, account, fen: fen) }
        try await terminal.deliverAll()
        hub.nextDay()
        let closing = try await hub.closeDays()
        #expect(closing.closed.map(\.day) == [day])
        #expect(closing.openDay == day.next)
        let report = try await hub.day(day)
        #expect(report.summary.closedBy == "li (1001)")
        #expect(report.summary.postings == 3)
        #expect(report.summary.turnoverFen == 100_350)
        #expect(report.merchants.map(\.figures) == [MerchantFigures(salesCount: 2, salesFen: 350)])
        #expect(try await hub.closeDays().closed.isEmpty)
        #expect(try await hub.day(day) == report)
        try await hub.requireSoundBooks()
    }

    @Test("a day cannot be closed before it is over")
    func notOver() async throws {
        let request = DayClosingRequest(through: hub.today)
        #expect(try await hub.refusal("/days/close", request) == .dayNotOver)
        #expect(try await hub.refusal("/days/close", DayClosingRequest(), by: nil) == .operatorUnknown)
    }

    @Test("a record of a closed day stands in the next open day, keeps its time, and is listed once as late")
    func late() async throws {
        let day = hub.today
        let sold = hub.clock.now()
        try terminal.write(.approved, account, fen: 70)
        try terminal.write(.approved, account, fen: 80)
        hub.nextDay()
        try await hub.closeDays()
        let before = try await hub.day(day)
        try await terminal.deliver(1...1)
        try await terminal.deliver(2...2)
        #expect(try await hub.day(day) == before)
        let next = try await hub.day(day.next)
        #expect(next.summary.late == 2)
        let exceptions = try await hub.exceptions()
        #expect(exceptions.map(\.kind) == [.recordsLate])
        #expect(exceptions.map(\.occurrences) == [2])
        hub.nextDay()
        try await hub.closeDays()
        let settlement = try await hub.settle(merchant)
        let lines = try await hub.settlementLines(settlement.id)
        #expect(lines.map(\.lateDay) == [day, day])
        #expect(lines.allSatisfy { $0.occurredAtMilliseconds == sold.milliseconds })
        try await hub.requireSoundBooks()
    }

    @Test("days without postings are closed too, in order")
    func emptyDays() async throws {
        let day = hub.today
        for _ in 0..<3 { hub.nextDay() }
        let closed = try await hub.closeDays().closed
        #expect(closed.map(\.day) == [day, day.next, day.next.next])
        #expect(closed.map(\.postings) == [1, 0, 0])
    }

    @Test(
        "a closed day cannot be changed through SQL",
        arguments: [
            "UPDATE business_day SET turnover_fen = 0", "DELETE FROM business_day", "DELETE FROM posting_day",
            "UPDATE posting_day SET day = day + 1", "UPDATE merchant_day SET sales_fen = 0",
            """
            INSERT INTO posting (kind, occurred_at, posted_at, reference) VALUES ('topUp', 1, 1, 'another');
            INSERT INTO posting_day (posting_id, day) SELECT max(id), min(day) FROM posting, business_day
            """,
            "INSERT INTO business_day VALUES (99999, 0, NULL, 0, 0, 0, NULL, NULL)",
        ])
    func closedForGood(sql: String) async throws {
        try terminal.write(.approved, account)
        try await terminal.deliverAll()
        hub.nextDay()
        try await hub.closeDays()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        await #expect(throws: DatabaseError.self) { try await raw.write { db in try db.execute(sql: sql) } }
        try raw.close()
    }

    @Test("the books check finds a closed day that was tampered with")
    func tampered() async throws {
        try terminal.write(.approved, account)
        try await terminal.deliverAll()
        hub.nextDay()
        try await hub.closeDays()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in
            try db.execute(sql: "DROP TRIGGER merchant_day_is_history_1; DROP TRIGGER business_day_is_history_1")
            try db.execute(sql: "UPDATE merchant_day SET sales_fen = 1; UPDATE business_day SET posting_count = 7")
        }
        try raw.close()
        let reopened = try await HubFixture.open(directory: hub.directory, clock: hub.clock)
        let report = try await reopened.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.findings.contains { $0.contains("another number of postings") }, "\(report.findings)")
        #expect(report.findings.contains { $0.contains("its postings say") }, "\(report.findings)")
    }

    @Test("another cut-over counts from the open day on and leaves closed days alone")
    func otherCutOver() async throws {
        try terminal.write(.approved, account, fen: 10)
        try await terminal.deliverAll()
        let day = hub.today
        hub.nextDay()
        try await hub.closeDays()
        let before = try await hub.day(day)
        try await hub.hub.close()
        let reopened = try await HubFixture.open(directory: hub.directory, clock: hub.clock) {
            $0.businessDay.cutOverSeconds = 12 * 3600
        }
        #expect(try await reopened.day(day) == before)
        let moved = terminal.moved(to: reopened)
        try moved.write(.approved, account, fen: 20)
        try await moved.deliver(2...2)
        // 07:00 is before the new cut-over: the day that was closed already.
        #expect(try await reopened.day(day.next).summary.late == 1)
        try await reopened.requireSoundBooks()
    }

    @Test("the overview says where the office stands")
    func overview() async throws {
        let day = hub.today
        hub.nextDay()
        try await hub.closeDays()
        let books = try await hub.operate(.get, "/hub", as: HubStatus.self).books
        #expect(books.today == day.next)
        #expect(books.closedThrough == day)
        #expect(books.latePostings == 0)
    }
}
