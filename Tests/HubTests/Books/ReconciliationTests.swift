import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Reconciliation")
struct ReconciliationTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        account = try await hub.account(1, fen: 10_000)
        terminal = try await hub.terminal([try await hub.merchant()])
    }

    private func reconcile(_ request: ReconciliationRequest) async throws -> ReconciliationReport {
        try await hub.operate(.post, "/reconciliations", request, as: ReconciliationReport.self)
    }

    private func claim(_ sequence: UInt64, count: Int64? = nil, fen: Int64? = nil) -> TerminalClaim {
        TerminalClaim(
            terminal: terminal.credentials.id, journal: terminal.journalID, sequence: sequence,
            hash: terminal.hash(after: sequence), count: count, fen: fen, unsentFen: 40)
    }

    @Test("terminal, records, postings and cards that agree have no difference")
    func agree() async throws {
        try terminal.write(.approved, account, fen: 100)
        try terminal.write(.declined(.cardUnknown), nil)
        hub.clock.advance(by: .seconds(600))
        try terminal.write(.approved, account, fen: 100)
        try await terminal.deliverAll()
        let report = try await reconcile(
            ReconciliationRequest(day: hub.today, claims: [claim(3, count: 2, fen: 200)]))
        #expect(report.differences == [])
        let line = try #require(report.terminals.first)
        #expect(line.claimedFen == 200)
        #expect((line.recordCount, line.recordFen) == (2, 200))
        #expect((line.postingCount, line.postingFen) == (2, 200))
    }

    @Test("what a terminal has beyond what came is missing, and a wrong sum is told")
    func missing() async throws {
        for _ in 0..<3 {
            try terminal.write(.approved, account, fen: 40)
            hub.clock.advance(by: .seconds(300))
        }
        try await terminal.deliver(1...2)
        let request = ReconciliationRequest(day: hub.today, claims: [claim(3, count: 3, fen: 120)])
        let report = try await reconcile(request)
        #expect(Set(report.differences.map(\.kind)) == [.recordsMissing, .totalsDiffer])
        #expect(report.differences.map(\.amountFen) == [40, 40])
        #expect(report.differences.allSatisfy { !$0.advice.isEmpty && !$0.adviceChinese.isEmpty })
        // The same again finds the same exceptions, and what a person closed stays closed.
        let closed = try #require(report.differences.first).exception
        try await hub.operate(
            .post, "/exceptions/\(closed)/close", ExceptionNote(note: "disk lost", resolution: .explained),
            as: ExceptionSummary.self)
        let again = try await reconcile(request)
        #expect(again.differences.map(\.exception) == report.differences.map(\.exception))
        #expect(again.differences.map(\.state) == [.resolved, .open])
        #expect(try await hub.exceptions().count == 1)
    }

    @Test("a terminal whose record is another than the hub's was edited or restored")
    func edited() async throws {
        try terminal.write(.approved, account, fen: 40)
        try await terminal.deliverAll()
        var edited = claim(1)
        edited.hash = JournalHash.genesis(terminal: terminal.credentials.id, journal: terminal.journalID)
        let report = try await reconcile(ReconciliationRequest(day: hub.today, claims: [edited]))
        #expect(report.differences.map(\.kind) == [.contentChanged])
    }

    @Test("the same payer, merchant and amount within moments is shown to a person")
    func repeated() async throws {
        let first = try terminal.write(.approved, account, fen: 100).transaction
        hub.clock.advance(by: .seconds(20))
        try terminal.write(.approved, account, fen: 100)
        hub.clock.advance(by: .seconds(600))
        try terminal.write(.approved, account, fen: 100)
        try await terminal.deliverAll()
        let report = try await reconcile(ReconciliationRequest(day: hub.today))
        #expect(report.differences.map(\.kind) == [.saleRepeated])
        #expect(report.differences.first?.cause.contains(first.text) == true)
    }

    @Test("reserved money of which no terminal said what became is a missing record")
    func unanswered() async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 70))
        let day = hub.today
        #expect(try await reconcile(ReconciliationRequest(day: day)).differences == [])
        hub.nextDay()
        _ = try await terminal.changes()
        let report = try await reconcile(ReconciliationRequest())
        #expect(report.day == day)
        #expect(report.differences.map(\.kind) == [.recordsMissing])
        #expect(report.differences.map(\.transaction) == [transaction])
        #expect(report.differences.map(\.amountFen) == [70])
    }

    @Test("a terminal that was not heard of for a day is silent")
    func silent() async throws {
        for _ in 0..<3 { hub.nextDay() }
        let report = try await reconcile(ReconciliationRequest())
        #expect(report.differences.map(\.kind) == [.terminalSilent])
        #expect(report.differences.map(\.terminal) == [terminal.credentials.id])
        let other = try #require(TerminalID(number: 99))
        #expect(try await reconcile(ReconciliationRequest(terminal: other)).differences == [])
    }

    @Test("late and contested sales are part of the day in which they happened")
    func lateAndContested() async throws {
        let day = hub.today
        let sale = try terminal.write(.approved, account, fen: 100).transaction
        hub.nextDay()
        try await hub.closeDays()
        try await terminal.deliverAll()
        try await hub.operate(
            .post, "/contests", ContestRequest(transaction: sale, note: "no"), as: ExceptionSummary.self)
        let report = try await reconcile(ReconciliationRequest(day: day))
        #expect(Set(report.differences.map(\.kind)) == [.recordsLate, .contested])
        #expect(report.terminals.first?.lateCount == 1)
        #expect(report.terminals.first?.postingFen == 100)
    }

    @Test("a posting that is gone, or of another amount than its record, is found")
    func tampered() async throws {
        for fen in [10, 20, 30] as [Int64] { try terminal.write(.approved, account, fen: fen) }
        try await terminal.deliverAll()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in
            try db.execute(
                sql: """
                    PRAGMA foreign_keys = OFF; DROP TRIGGER posting_is_history_2; DROP TRIGGER entry_is_history_1;
                    DROP TRIGGER entry_is_history_2; DROP TRIGGER posting_day_is_history_2;
                    DELETE FROM entry WHERE posting_id = 2; DELETE FROM posting_day WHERE posting_id = 2;
                    DELETE FROM posting WHERE id = 2;
                    UPDATE entry SET amount_fen = amount_fen * 2 WHERE posting_id = 3;
                    """)
        }
        try raw.close()
        let reopened = try await HubFixture.open(directory: hub.directory, clock: hub.clock)
        let report = try await reopened.operate(
            .post, "/reconciliations", ReconciliationRequest(day: hub.today), as: ReconciliationReport.self)
        #expect(report.differences.map(\.kind) == [.recordNotPosted, .postingDiffers])
        #expect(report.differences.map(\.amountFen) == [10, 20])
    }

    @Test("a card that holds something else than the books say is a difference")
    func drift() async throws {
        let hub = try await HubFixture.openWithPurses()
        let terminal = try await hub.terminal([try await hub.merchant()])
        var purse = try TestPurse(balance: 500)
        try terminal.write(.approved, purse.pay(10, terminal: terminal.credentials.id))
        try await terminal.deliverAll()
        let day = hub.today
        // Until then a record that explains it may still come.
        hub.clock.advance(by: .seconds(80 * 3600))
        let request = ReconciliationRequest(day: day)
        let report = try await hub.operate(.post, "/reconciliations", request, as: ReconciliationReport.self)
        #expect(report.purses == 1)
        #expect(report.pursesApart == 1)
        #expect(report.differences.map(\.kind) == [.purseDrift])
        #expect(report.differences.map(\.amountFen) == [500])
        let exception = try #require(report.differences.first).exception
        try await hub.operate(
            .post, "/exceptions/\(exception)/close", ExceptionNote(note: "asked the holder"), as: ExceptionSummary.self)
        let again = try await hub.operate(.post, "/reconciliations", request, as: ReconciliationReport.self)
        #expect(again.differences.map(\.exception) == [exception])
        #expect(report.terminals.first?.purseCount == 1)
        #expect(report.terminals.first?.provenCount == 1)
    }
}
