import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// Sales that subsidy and cash paid together: one posting with three entries, counted once everywhere.
@Suite("Books of two purses")
struct TwoPurseTests {
    let hub: HubFixture
    let merchant: MerchantID
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 10_000)
        terminal = try await hub.terminal([merchant])
        let end = hub.clock.now().advanced(by: .seconds(40 * 86_400))
        try await hub.operate(
            .post, "/accounts/1/subsidy/grant",
            SubsidyGrant(amountFen: 5000, endsAtMilliseconds: end.milliseconds, reference: "2026-09/1"),
            as: SubsidyReceipt.self)
    }

    private func reconcile(_ day: BusinessDay, _ claims: [TerminalClaim] = []) async throws -> ReconciliationReport {
        try await hub.operate(
            .post, "/reconciliations", ReconciliationRequest(day: day, claims: claims), as: ReconciliationReport.self)
    }

    private func statement(_ query: String = "") async throws -> Statement {
        try await hub.operate(.get, "/accounts/1/statement\(query)", as: Statement.self)
    }

    private func refund(_ sale: JournalRecord, fen: Int64) -> NewAdjustment {
        NewAdjustment(
            kind: .refund, amountFen: fen, account: account, merchant: merchant, transaction: sale.transaction,
            note: "cold soup")
    }

    @Test("a sale, its refund and a void are counted once each, whatever paid, also across the change of the day")
    func reconciled() async throws {
        let first = hub.today
        let sale = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        hub.clock.advance(by: .seconds(600))
        try terminal.correct(
            try terminal.write(.approved, account, fen: 900, subsidy: 400), fen: 900, subsidy: 400, isVoid: true)
        try terminal.write(.approved, account, fen: 250)
        try await terminal.deliverAll()
        hub.nextDay()
        try terminal.correct(sale, fen: 600, subsidy: 500)
        try await terminal.deliverRest()
        let today = hub.today

        func claim(_ count: Int64, _ fen: Int64, _ corrections: Int64, _ correctedFen: Int64) -> TerminalClaim {
            TerminalClaim(
                terminal: terminal.credentials.id, journal: terminal.journalID,
                sequence: UInt64(terminal.records.count), hash: terminal.hash(after: UInt64(terminal.records.count)),
                count: count, fen: fen, correctionCount: corrections, correctionFen: correctedFen)
        }
        var report = try await reconcile(first, [claim(3, 1850, 1, 900)])
        #expect(report.differences == [])
        var line = try #require(report.terminals.first)
        #expect((line.recordCount, line.recordFen, line.postingCount, line.postingFen) == (3, 1850, 3, 1850))
        #expect((line.correctionCount, line.correctionFen) == (1, 900))
        report = try await reconcile(today, [claim(0, 0, 1, 600)])
        #expect(report.differences == [])
        line = try #require(report.terminals.first)
        #expect((line.recordCount, line.postingCount, line.correctionCount, line.correctionFen) == (0, 0, 1, 600))

        let summary = try await hub.day(first)
        #expect(summary.summary.turnoverFen == 10_000 + 5000 + 1850 + 900)
        let figures = try #require(summary.merchants.first?.figures)
        #expect((figures.salesCount, figures.salesFen, figures.refundsCount) == (3, 1850, 1))
        #expect(figures.refundsFen == -900)
        #expect(try await hub.day(today).merchants.first?.figures.refundsFen == -600)
        #expect(try await hub.balance(account) == 10_000 - 200 - 250 + 100)
        try await hub.requireSoundBooks()

        report = try await reconcile(first, [claim(3, 1850, 1, 800)])
        #expect(report.differences.map(\.kind) == [.totalsDiffer] && report.differences.map(\.amountFen) == [100])
    }

    @Test("a late sale and its refund stand in the open day, once")
    func late() async throws {
        let day = hub.today
        let sale = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        try terminal.correct(sale, fen: 700, subsidy: 500)
        hub.nextDay()
        try await hub.closeDays()
        try await terminal.deliverAll()
        let line = try #require(try await reconcile(day).terminals.first)
        #expect((line.postingCount, line.postingFen, line.lateCount) == (1, 700, 2))
        #expect((line.correctionCount, line.correctionFen) == (1, 700))
        #expect(try await hub.day(hub.today).summary.late == 2)
        try await hub.requireSoundBooks()
    }

    @Test("the same sale twice is shown whichever purse paid, and not when the first was voided")
    func repeated() async throws {
        try terminal.write(.approved, account, fen: 700, subsidy: 700)
        hub.clock.advance(by: .seconds(20))
        let second = try terminal.write(.approved, account, fen: 700, subsidy: 100)
        hub.clock.advance(by: .seconds(600))
        try terminal.correct(
            try terminal.write(.approved, account, fen: 300, subsidy: 1), fen: 300, subsidy: 1, isVoid: true)
        hub.clock.advance(by: .seconds(20))
        try terminal.write(.approved, account, fen: 300, subsidy: 1)
        try await terminal.deliverAll()
        let report = try await reconcile(hub.today)
        #expect(report.differences.map(\.kind) == [.saleRepeated])
        #expect(report.differences.map(\.transaction) == [second.transaction])
    }

    @Test("a statement has a line for each purse with that purse's balance, and pages keep a posting together")
    func statements() async throws {
        let sale = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        try terminal.correct(sale, fen: 600, subsidy: 500)
        try await terminal.deliverAll()
        let all = try await statement()
        #expect(all.balanceFen == 9900 && all.subsidyFen == 5000)
        #expect(all.lines.map(\.kind) == [.refund, .refund, .purchase, .purchase, .subsidyGrant, .topUp])
        #expect(all.lines.map(\.purse) == [.subsidy, .cash, .subsidy, .cash, .subsidy, .cash])
        #expect(all.lines.map(\.amountFen) == [500, 100, -500, -200, 5000, 10_000])
        #expect(all.lines.map(\.balanceFen) == [5000, 9900, 4500, 9800, 5000, 10_000])
        #expect(all.lines[2].counterparty == .merchant(merchant))
        var paged: [StatementLine] = []
        var before: Int64?
        repeat {
            let page = try await statement("?limit=1\(before.map { "&before=\($0)" } ?? "")")
            paged += page.lines
            before = page.next
        } while before != nil
        #expect(paged == all.lines)
        let summary = try await hub.operate(.get, "/accounts/1", as: AccountSummary.self)
        #expect(summary.balanceFen == 9900 && summary.subsidyFen == 5000)
    }

    @Test("promise 3: the office gives subsidy back as subsidy, together with what a terminal gave back")
    func officeRefund() async throws {
        let sale = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        try terminal.correct(sale, fen: 300, subsidy: 300)
        try await terminal.deliverAll()
        _ = try await hub.approve(try await hub.propose(refund(sale, fen: 250)))
        #expect(try await statement().subsidyFen == 5000)
        #expect(try await hub.balance(account) == 9850)
        #expect(try await hub.refusal("/adjustments", refund(sale, fen: 151)) == .notPermittedInThisState)
        // A terminal that does not know of the office's refund gives the rest of the subsidy again: a person decides.
        try terminal.correct(sale, fen: 150, subsidy: 150)
        try await terminal.deliverRest()
        #expect(try await hub.exceptions().map(\.kind) == [.correctionContested])
        try await hub.requireSoundBooks()
        let report = try await reconcile(hub.today)
        #expect(report.differences.map(\.kind) == [.correctionContested])
    }

    @Test("the desk took in all of a top-up, what ended a debt included")
    func paidIn() async throws {
        try terminal.write(.approved, account, fen: 10_030)
        try await terminal.deliverAll()
        for (fen, reference) in [(10, "small"), (10_000, "large")] as [(Int64, String)] {
            try await hub.operate(
                .post, "/topups", TopUpRequest(account: account, amountFen: fen, reference: reference),
                as: TopUpReceipt.self)
        }
        let report = try await hub.day(hub.today)
        #expect(report.paidIn == PaidIn(count: 3, fen: 20_010, debtFen: 30))
    }

    @Test("what is exported without names has no account numbers, of subsidies neither")
    func openings() async throws {
        hub.nextDay()
        let path = "/exports/opening-balances?from=\(hub.today.text)"
        let summed = try await hub.operate(.get, path, as: Page<OpeningBalance>.self).items
        #expect(summed.map(\.account) == ["cardholder", "funding", "subsidy"])
        let each = try await hub.operate(.get, path + "&accounts=each", as: Page<OpeningBalance>.self).items
        #expect(each.map(\.account) == ["cardholder:1", "funding", "subsidy:1"])
    }
}
