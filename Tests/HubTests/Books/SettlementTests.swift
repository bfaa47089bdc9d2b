import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Settlements")
struct SettlementTests {
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

    private func sell(_ amounts: Int64...) async throws {
        let first = UInt64(terminal.records.count) + 1
        for fen in amounts { try terminal.write(.approved, account, fen: fen) }
        try await terminal.deliver(first...UInt64(terminal.records.count))
    }

    @Test("two persons settle a merchant, and the money goes from payable to the bank")
    func settled() async throws {
        try await sell(100, 250)
        hub.nextDay()
        try await hub.closeDays()
        let confirmed = try await hub.settle(merchant)
        #expect(confirmed.state == .confirmed)
        #expect(confirmed.netFen == 350)
        #expect(confirmed.draftedBy == "li (1001)")
        #expect(confirmed.decidedBy == "wang (1002)")
        #expect(try await hub.trialBalance()["settled"] == 350)
        #expect(try await hub.settlementLines(confirmed.id).map(\.amountFen) == [100, 250])
        let payment = SettlementPayment(reference: "BANK-1")
        for _ in 0..<2 {
            let paid = try await hub.operate(
                .post, "/settlements/\(confirmed.id)/pay", payment, as: SettlementSummary.self)
            #expect(paid.state == .paid)
        }
        let other = SettlementPayment(reference: "BANK-2")
        #expect(try await hub.refusal("/settlements/\(confirmed.id)/pay", other) == .alreadyExists)
        let balance = try await hub.trialBalance()
        #expect(balance["settled"] == 0)
        #expect(balance["bank"] == 350)
        #expect(balance["merchants"] == 0)
        try await hub.requireSoundBooks()
    }

    @Test("who drew a settlement up cannot confirm it")
    func secondPerson() async throws {
        try await sell(100)
        hub.nextDay()
        try await hub.closeDays()
        let draft = try #require(
            try await hub.operate(.post, "/settlements", NewSettlements(), as: SettlementDrafts.self).drafts.first)
        let path = "/settlements/\(draft.id)/decide"
        let confirm = SettlementDecision(verdict: .confirm)
        #expect(try await hub.refusal(path, confirm) == .secondPersonNeeded)
        #expect(try await hub.refusal(path, confirm, by: nil) == .operatorUnknown)
        #expect(try await hub.trialBalance()["merchants"] == 100)
        _ = try await hub.asWang(path, confirm, as: SettlementSummary.self)
        // The same word again changes nothing.
        _ = try await hub.asWang(path, confirm, as: SettlementSummary.self)
        #expect(try await hub.trialBalance()["merchants"] == 0)
        #expect(try await hub.refusal(path, SettlementDecision(verdict: .cancel)) == .notPermittedInThisState)
    }

    @Test("an open day is not settled, and a day is settled once")
    func once() async throws {
        try await sell(100)
        #expect(try await hub.refusal("/settlements", NewSettlements()) == .notPermittedInThisState)
        hub.nextDay()
        try await hub.closeDays()
        try await sell(5)
        let first = try await hub.settle(merchant)
        #expect(first.netFen == 100)
        #expect(
            try await hub.refusal("/settlements", NewSettlements(merchant: merchant)) == .notPermittedInThisState)
        #expect(
            try await hub.operate(.post, "/settlements", NewSettlements(), as: SettlementDrafts.self).drafts.isEmpty)
        hub.nextDay()
        try await hub.closeDays()
        let second = try await hub.settle(merchant)
        #expect(second.netFen == 5)
        #expect(second.from == first.through.next)
        #expect(second.figures.salesCount == 1)
        try await hub.requireSoundBooks()
    }

    @Test("a cancelled draft leaves its days to the next one")
    func cancelled() async throws {
        try await sell(100)
        hub.nextDay()
        try await hub.closeDays()
        let draft = try #require(
            try await hub.operate(.post, "/settlements", NewSettlements(), as: SettlementDrafts.self).drafts.first)
        #expect(
            try await hub.refusal("/settlements", NewSettlements(merchant: merchant)) == .notPermittedInThisState)
        let cancel = SettlementDecision(verdict: .cancel)
        let cancelled = try await hub.operate(
            .post, "/settlements/\(draft.id)/decide", cancel, as: SettlementSummary.self)
        #expect(cancelled.state == .cancelled)
        #expect(try await hub.settle(merchant).netFen == 100)
        try await hub.requireSoundBooks()
    }

    @Test("a net below zero is carried over and taken from the next settlement")
    func carried() async throws {
        try await sell(100)
        let sale = try #require(terminal.records.first?.transaction)
        hub.nextDay()
        try await hub.closeDays()
        #expect(try await hub.settle(merchant).netFen == 100)
        let refund = try await hub.propose(
            NewAdjustment(
                kind: .refund, amountFen: 60, account: account, merchant: merchant, transaction: sale, note: "cold"))
        _ = try await hub.approve(refund)
        hub.nextDay()
        try await hub.closeDays()
        let below = try await hub.settle(merchant)
        #expect(below.netFen == -60)
        #expect(below.figures.refundsFen == -60)
        #expect(below.posting == nil)
        #expect(
            try await hub.refusal("/settlements/\(below.id)/pay", SettlementPayment(reference: "x"))
                == .notPermittedInThisState)
        try await sell(200)
        hub.nextDay()
        try await hub.closeDays()
        let after = try await hub.settle(merchant)
        #expect(after.carriedFen == -60)
        #expect(after.netFen == 140)
        #expect(try await hub.trialBalance()["merchants"] == 0)
        try await hub.requireSoundBooks()
    }

    @Test(
        "a settlement keeps its figures and its two persons, through SQL too",
        arguments: [
            "UPDATE settlement SET sales_fen = 1", "UPDATE settlement SET state = 'draft'", "DELETE FROM settlement",
            "UPDATE settlement SET state = 'cancelled'",
            """
            INSERT INTO settlement (merchant, from_day, through_day, sales_count, sales_fen, refunds_count,
                refunds_fen, corrections_count, corrections_fen, carried_fen, drafted_uid, drafted_by, drafted_at)
            SELECT merchant, from_day, through_day, 1, 1, 0, 0, 0, 0, 0, 1, 'x', 1 FROM settlement
            """,
        ])
    func guarded(sql: String) async throws {
        try await sell(100)
        hub.nextDay()
        try await hub.closeDays()
        _ = try await hub.settle(merchant)
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        await #expect(throws: DatabaseError.self) { try await raw.write { db in try db.execute(sql: sql) } }
        try raw.close()
    }
}
