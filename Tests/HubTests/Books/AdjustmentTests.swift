import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Adjustments")
struct AdjustmentTests {
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

    private func sale(_ fen: Int64, _ payer: AccountID? = nil) async throws -> TransactionID {
        let record = try terminal.write(.approved, payer ?? account, fen: fen)
        try await terminal.deliver(record.sequence...record.sequence)
        return record.transaction
    }

    private func decide(_ adjustment: AdjustmentSummary, _ verdict: AdjustmentVerdict) -> (String, AdjustmentDecision) {
        ("/adjustments/\(adjustment.id)/decide", AdjustmentDecision(verdict: verdict, note: "seen"))
    }

    @Test("a make-up debit takes the money of a lost sale, after a second person agreed, once")
    func makeUpDebit() async throws {
        let proposal = NewAdjustment(
            kind: .makeUpDebit, amountFen: 300, account: account, merchant: merchant, transaction: terminal.mint(),
            note: "receipt shown")
        let proposed = try await hub.propose(proposal)
        #expect(proposed.state == .proposed)
        #expect(try await hub.balance(account) == 1000)
        let approved = try await hub.approve(proposed)
        #expect(approved.state == .approved)
        #expect(approved.posting != nil)
        #expect(approved.decidedBy == "wang (1002)")
        // A lost answer is asked for again.
        #expect(try await hub.approve(proposed) == approved)
        #expect(try await hub.balance(account) == 700)
        #expect(try await hub.refusal("/adjustments", proposal) == .notPermittedInThisState)
        try await hub.requireSoundBooks()
    }

    @Test("promise 2: a lost sale that comes after its make-up debit is listed, and one of the two is given back")
    func makeUpDebitThenRecord() async throws {
        let lost = try terminal.write(.approved, account, fen: 300)
        let proposal = NewAdjustment(
            kind: .makeUpDebit, amountFen: 300, account: account, merchant: merchant, transaction: lost.transaction,
            note: "disk lost")
        _ = try await hub.approve(try await hub.propose(proposal))
        #expect(try await hub.balance(account) == 700)
        try await terminal.deliverAll()
        let found = try #require(try await hub.exceptions().first)
        #expect(found.kind == .saleRepeated && found.amountFen == 300 && found.text.contains("make-up debit"))
        let refund = NewAdjustment(
            kind: .refund, amountFen: 300, account: account, merchant: merchant, transaction: lost.transaction,
            exception: found.id, note: "the disk was found")
        _ = try await hub.approve(try await hub.propose(refund))
        #expect(try await hub.balance(account) == 700)
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("the proposer cannot approve or reject, and nobody can without being known")
    func fourEyes() async throws {
        let proposed = try await hub.propose(
            NewAdjustment(
                kind: .makeUpDebit, amountFen: 1, account: account, merchant: merchant, transaction: terminal.mint(),
                note: "x"))
        for verdict in [AdjustmentVerdict.approve, .reject] {
            let (path, body) = decide(proposed, verdict)
            #expect(try await hub.refusal(path, body) == .secondPersonNeeded)
            #expect(try await hub.refusal(path, body, by: nil) == .operatorUnknown)
        }
        let (path, withdraw) = decide(proposed, .withdraw)
        #expect(try await hub.refusal(path, withdraw, by: TestPeers.wang) == .notPermittedInThisState)
        let withdrawn = try await hub.operate(.post, path, withdraw, as: AdjustmentSummary.self)
        #expect(withdrawn.state == .withdrawn)
        #expect(
            try await hub.refusal(path, decide(proposed, .approve).1, by: TestPeers.wang) == .notPermittedInThisState)
        #expect(try await hub.balance(account) == 1000)
    }

    @Test("a person is the user, not the name: the same uid under two names is one person")
    func sameUser() async throws {
        let proposed = try await hub.propose(
            NewAdjustment(
                kind: .makeUpDebit, amountFen: 1, account: account, merchant: merchant, transaction: terminal.mint(),
                note: "x"))
        let (path, body) = decide(proposed, .approve)
        let renamed = OperatorIdentity(uid: TestPeers.li.uid, name: "root")
        #expect(try await hub.refusal(path, body, by: renamed) == .secondPersonNeeded)
    }

    @Test("a sale that is posted is not debited again")
    func posted() async throws {
        let sale = try await sale(100)
        let request = NewAdjustment(
            kind: .makeUpDebit, amountFen: 100, account: account, merchant: merchant, transaction: sale, note: "x")
        #expect(try await hub.refusal("/adjustments", request) == .notPermittedInThisState)
    }

    @Test("a sale in suspense is given to its account, and the exception is closed with the adjustment")
    func suspense() async throws {
        let unknown = try #require(AccountID(number: 77))
        let sale = try await sale(120, unknown)
        let exception = try #require(try await hub.exceptions().first { $0.kind == .accountUnknown })
        #expect(try await hub.trialBalance()["suspense"] == -120)
        let proposed = try await hub.propose(
            NewAdjustment(
                kind: .makeUpDebit, amountFen: 120, account: account, transaction: sale, exception: exception.id,
                note: "old card of the same student"))
        let approved = try await hub.approve(proposed)
        #expect(try await hub.trialBalance()["suspense"] == 0)
        #expect(try await hub.balance(account) == 880)
        let report = try await hub.operate(.get, "/exceptions/\(exception.id)", as: ExceptionReport.self)
        #expect(report.summary.state == .resolved)
        #expect(report.summary.resolution == .adjusted)
        #expect(report.summary.adjustment == approved.id)
        #expect(report.history.map(\.act) == [.closed])
        try await hub.requireSoundBooks()
    }

    @Test("refunds of a sale never exceed it, proposals counted")
    func refunds() async throws {
        let sale = try await sale(100)
        func refund(_ fen: Int64) -> NewAdjustment {
            NewAdjustment(
                kind: .refund, amountFen: fen, account: account, merchant: merchant, transaction: sale, note: "x")
        }
        let first = try await hub.propose(refund(60))
        #expect(try await hub.refusal("/adjustments", refund(41)) == .notPermittedInThisState)
        _ = try await hub.approve(first)
        #expect(try await hub.refusal("/adjustments", refund(41)) == .notPermittedInThisState)
        _ = try await hub.approve(try await hub.propose(refund(40)))
        #expect(try await hub.balance(account) == 1000)
        try await hub.requireSoundBooks()
    }

    @Test("an overdraft becomes a debt, is recovered in part, and the rest is written off")
    func debt() async throws {
        _ = try await sale(1500)
        let overdrawn = try #require(try await hub.exceptions().first { $0.kind == .overdrawn })
        func adjustment(_ kind: AdjustmentKind, _ fen: Int64) -> NewAdjustment {
            NewAdjustment(kind: kind, amountFen: fen, account: account, exception: overdrawn.id, note: "x")
        }
        #expect(try await hub.refusal("/adjustments", adjustment(.debt, 501)) == .notPermittedInThisState)
        #expect(try await hub.refusal("/adjustments", adjustment(.debtRecovery, 1)) == .notPermittedInThisState)
        _ = try await hub.approve(try await hub.propose(adjustment(.debt, 500)))
        #expect(try await hub.balance(account) == 0)
        #expect(try await hub.trialBalance()["debts"] == -500)
        try await hub.operate(
            .post, "/topups", TopUpRequest(account: account, amountFen: 300, reference: "later"),
            as: TopUpReceipt.self)
        _ = try await hub.approve(try await hub.propose(adjustment(.debtRecovery, 300)))
        _ = try await hub.approve(try await hub.propose(adjustment(.debtWriteOff, 200)))
        let balance = try await hub.trialBalance()
        #expect(balance["debts"] == 0)
        #expect(balance["losses"] == -200)
        #expect(try await hub.balance(account) == 0)
        try await hub.requireSoundBooks()
    }

    @Test("what could be posted when it was proposed, and cannot any more, is refused at approval")
    func stale() async throws {
        _ = try await sale(1500)
        let overdrawn = try #require(try await hub.exceptions().first { $0.kind == .overdrawn })
        let proposed = try await hub.propose(
            NewAdjustment(kind: .writeOff, amountFen: 500, account: account, exception: overdrawn.id, note: "x"))
        try await hub.operate(
            .post, "/topups", TopUpRequest(account: account, amountFen: 100, reference: "since"),
            as: TopUpReceipt.self)
        let (path, body) = decide(proposed, .approve)
        #expect(try await hub.refusal(path, body, by: TestPeers.wang) == .notPermittedInThisState)
        #expect(try await hub.balance(account) == -400)
        try await hub.requireSoundBooks()
    }

    @Test("an adjustment needs its parties, an amount and what it points at")
    func malformed() async throws {
        let transaction = terminal.mint()
        func expect(_ refusal: HubRefusal, _ adjustment: NewAdjustment) async throws {
            #expect(try await hub.refusal("/adjustments", adjustment) == refusal, "\(adjustment)")
        }
        let good = NewAdjustment(
            kind: .makeUpDebit, amountFen: 1, account: account, merchant: merchant, transaction: transaction, note: "x")
        var bad = good
        bad.amountFen = 0
        try await expect(.malformedRequest, bad)
        bad = good
        bad.transaction = nil
        try await expect(.malformedRequest, bad)
        bad = good
        bad.account = nil
        try await expect(.malformedRequest, bad)
        bad = good
        bad.account = AccountID(number: 99)
        try await expect(.notFound, bad)
        bad = good
        bad.exception = 99
        try await expect(.notFound, bad)
        bad = good
        bad.note = ""
        try await expect(.malformedRequest, bad)
        bad = good
        bad.kind = .merchantCredit
        try await expect(.malformedRequest, bad)
    }

    @Test(
        "the tables refuse one person who decides alone",
        arguments: [
            "UPDATE adjustment SET state = 'rejected', decided_uid = proposed_uid, decided_by = 'x', decided_at = 1",
            "UPDATE adjustment SET proposed_uid = 7", "UPDATE adjustment SET amount_fen = 9", "DELETE FROM adjustment",
            "UPDATE adjustment SET state = 'approved', decided_uid = 7, decided_by = 'x', decided_at = 1",
        ])
    func tables(sql: String) async throws {
        _ = try await hub.propose(
            NewAdjustment(
                kind: .makeUpDebit, amountFen: 1, account: account, merchant: merchant, transaction: terminal.mint(),
                note: "x"))
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        await #expect(throws: DatabaseError.self) { try await raw.write { db in try db.execute(sql: sql) } }
        try raw.close()
    }
}
