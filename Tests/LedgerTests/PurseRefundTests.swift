import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Refunds of what a card's own purse paid")
struct PurseRefundTests {
    private static func correct(
        _ ledger: SQLiteLedger, _ order: CorrectionOrder, _ reference: String
    ) async throws -> CorrectionResult {
        let request = CorrectionRequest(reference: try #require(SaleReference(text: reference)), order: order)
        return try await ledger.correct(
            try await ledger.mint(), request, rules: CorrectionRules(), now: Campus.morning)
    }

    private static func available(_ ledger: SQLiteLedger) async throws -> Int64? {
        try await ledger.view(of: Campus.cardEvidence()).account?.available.fen
    }

    @Test("promise 3: the money goes to the card's account, in parts, and never above the sale")
    func refund() async throws {
        let ledger = try await JournalFile().openFilled()
        let before = try #require(try await Self.available(ledger))
        let sale = try await ledger.tap(Campus.purchase(1000))
        guard
            case .stored(let first) = try await Self.correct(
                ledger, .refund(sale.transaction, amount: Amount(fen: 400)), "r-1")
        else {
            Issue.record("refused")
            return
        }
        let money = try #require(first.record.sale)
        #expect(money.account == Campus.account() && money.movement == .refund(of: sale.transaction))
        #expect(money.payer == sale.sale?.payer && money.subsidy == .zero)
        #expect(try await Self.available(ledger) == before + 400, "the account can spend it here at once")
        #expect(
            try await Self.correct(ledger, .refund(sale.transaction, amount: Amount(fen: 601)), "r-2")
                == .refused(CorrectionRefusal(.aboveSale)))
        guard case .stored = try await Self.correct(ledger, .refund(sale.transaction, amount: nil), "r-3") else {
            Issue.record("refused")
            return
        }
        #expect(
            try await Self.correct(ledger, .refund(sale.transaction, amount: nil), "r-4")
                == .refused(CorrectionRefusal(.correctedBefore)))
        #expect(try await Self.available(ledger) == before + 1000)
        #expect(try await ledger.verify().findings == [])
    }

    @Test("the last sale of a lane is voided to the card's account too")
    func void() async throws {
        let ledger = try await JournalFile().openFilled()
        let sale = try await ledger.tap(Campus.purchase(1000))
        guard case .stored(let void) = try await Self.correct(ledger, .void(Campus.lane, sale: nil), "v-1") else {
            Issue.record("refused")
            return
        }
        #expect(void.sale == sale && void.record.sale?.account == Campus.account())
        #expect(void.record.sale?.amount == Amount(fen: 1000))
        #expect(try await ledger.verify().findings == [])
    }

    @Test("promise 7: an unknown purchase is given back when it turned out to have happened, and not before")
    func unknown() async throws {
        let ledger = try await JournalFile().openFilled()
        let earlier = try await ledger.sell(fen: 100).record.transaction
        let happened = try await ledger.tap(Campus.purchase(1000), .unknown)
        let refund = CorrectionOrder.refund(happened.transaction, amount: nil)
        #expect(try await Self.correct(ledger, refund, "r-1") == .refused(CorrectionRefusal(.outcomeUnknown)))
        #expect(
            try await Self.correct(ledger, .void(Campus.lane, sale: earlier), "v-1")
                == .refused(CorrectionRefusal(.notLastSale)), "it may have happened after the sale")
        let word = try await ledger.resolve(happened.transaction, .happened, Campus.purchase(1000))
        #expect(
            try await Self.correct(ledger, .refund(word.transaction, amount: nil), "r-2")
                == .refused(CorrectionRefusal(.notASale)), "the record that tells is no sale of its own")
        guard case .stored = try await Self.correct(ledger, refund, "r-3") else {
            Issue.record("refused")
            return
        }
        #expect(try await ledger.verify().findings == [])
    }

    @Test("an unknown purchase that did not happen is no sale: the one before it is the lane's last")
    func didNotHappen() async throws {
        let ledger = try await JournalFile().openFilled()
        let earlier = try await ledger.sell(fen: 100).record.transaction
        let torn = try await ledger.tap(Campus.purchase(1000), .unknown)
        try await ledger.resolve(torn.transaction, .didNotHappen, Campus.purchase(1000))
        #expect(
            try await Self.correct(ledger, .refund(torn.transaction, amount: nil), "r-1")
                == .refused(CorrectionRefusal(.notASale)))
        guard case .stored(let void) = try await Self.correct(ledger, .void(Campus.lane, sale: nil), "v-1") else {
            Issue.record("refused")
            return
        }
        #expect(void.sale.transaction == earlier)
        #expect(try await ledger.verify().findings == [])
    }

    @Test("a card of which this terminal knows no account is the card office's")
    func unknownCard() async throws {
        let ledger = try await JournalFile().openFilled()
        let sale = try await ledger.tap(Campus.purchase(card: 0xEE))
        #expect(
            try await Self.correct(ledger, .refund(sale.transaction, amount: nil), "r-1")
                == .refused(CorrectionRefusal(.accountUnknown)))
    }

    @Test("the questions of corrections are answered from indexes, however long the journal is")
    func queryPlans() async throws {
        let ledger = try await JournalFile().openFilled()
        let questions = [
            CorrectionTable.lastOfLaneSQL, CorrectionTable.correctedSQL, CorrectionTable.verdictSQL,
            "SELECT sequence FROM journal WHERE trace = ?", "SELECT sequence FROM correction WHERE reference = ?",
        ]
        for sql in questions {
            let plan = try await ledger.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: StatementArguments([1]))
                    .map { String($0["detail"] ?? "") }
            }
            #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") || $0.contains("SUBQUERY") }, "\(sql): \(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
        }
    }
}
