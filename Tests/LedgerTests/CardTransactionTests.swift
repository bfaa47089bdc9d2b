import Foundation
import GRDB
import Payments
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Transactions with a card's own money (promise 7)")
struct CardTransactionTests {
    @Test("a tap is two commits: one before the card is asked, and one behind its answer")
    func commits() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let before = await ledger.commitCount
        let taps = Int(SQLiteLedger.standardReservationWindow) + 8
        for _ in 0..<taps { try await ledger.tap() }
        #expect(await ledger.commitCount - before == 2 * taps)
        #expect(try await ledger.read { try CardIntentTable.traces($0) } == [])
    }

    @Test("intents, records, sales and voids of several lanes are one commit")
    func together() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let (first, second) = (try await ledger.intend(), try await ledger.intend(Campus.purchase(card: 2)))
        let numbers = [try await ledger.mint(), try await ledger.mint(), try await ledger.mint()]
        let sales = [Campus.purchase(), Campus.purchase(card: 2), Campus.purchase(card: 3)]
        let before = await ledger.commitCount
        let results = try await ledger.together([
            { @Sendable in _ = try await ledger.record(first, .approved, sales[0], now: Campus.morning) },
            { @Sendable in
                try await ledger.intend(numbers[0], sales[0], reference: Campus.reference, now: Campus.morning)
            },
            { @Sendable in
                try await ledger.intend(numbers[1], sales[0], reference: Campus.reference, now: Campus.morning)
            },
            { @Sendable in _ = try await ledger.record(second, .unknown, sales[1], now: Campus.morning) },
            { @Sendable in
                let resolution = Resolution(subject: second, verdict: .didNotHappen)
                _ = try await ledger.record(numbers[1], .resolved(resolution), sales[1], now: Campus.morning)
            },
            { @Sendable in _ = try await ledger.conclude(numbers[2]) },
            { @Sendable in try await ledger.void(numbers[2], now: Campus.morning) },
        ])
        #expect(await ledger.commitCount - before == 1)
        let failures = results.map { result -> LedgerError.Code? in
            if case .failure(let error) = result { (error as? LedgerError)?.code } else { nil }
        }
        #expect(failures == [nil, nil, .cardTransactionOpen, nil, nil, nil, .transactionNotOpen])
        let records = try await ledger.records(after: 0, limit: 10).map(\.record.transaction)
        #expect(records == [first, second, numbers[1], numbers[2]])
        #expect(try await ledger.openCardTransaction(of: Campus.card())?.transaction == numbers[0])
        #expect(try await ledger.verify().findings == [])
    }

    @Test("a refusal of everything in a commit is no commit")
    func refusalsOnly() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.intend()
        let before = await ledger.commitCount
        await #expect(throws: LedgerError(.cardTransactionOpen)) { try await ledger.intend() }
        #expect(await ledger.commitCount == before)
    }

    @Test("a row of the database that breaks a rule fails its own intent only")
    func oneBadOne() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        try await ledger.close()
        try RawDatabase.execute(
            file.path,
            """
            CREATE TRIGGER poison BEFORE INSERT ON card_intent WHEN NEW.amount = 666 BEGIN
                SELECT RAISE(ABORT, 'poison');
            END
            """)
        ledger = try file.open()
        let numbers = [try await ledger.mint(), try await ledger.mint()]
        let opened = ledger
        let results = try await ledger.together([
            { @Sendable in
                try await opened.intend(
                    numbers[0], Campus.purchase(666), reference: Campus.reference, now: Campus.morning)
            },
            { @Sendable in
                try await opened.intend(
                    numbers[1], Campus.purchase(), reference: Campus.reference, now: Campus.morning)
            },
        ])
        #expect(throws: LedgerError(.writeFailed)) { try results[0].get() }
        #expect(throws: Never.self) { try results[1].get() }
        try await ledger.void(numbers[0], now: Campus.morning)
        #expect(try await ledger.openCardTransaction(of: Campus.card())?.transaction == numbers[1])
        #expect(try await ledger.verify().findings == [])
    }

    @Test("an intent comes back from the file exactly, after any stop", arguments: [true, false])
    func roundTrip(clean: Bool) async throws {
        var file = try JournalFile()
        var ledger = try await file.openFilled()
        let long = (0..<EvidenceBytes.lengthMaximum).map { UInt8(truncatingIfNeeded: $0) }
        var sales = [Campus.purchase(1), Campus.load(card: 2), Campus.purchase(100_000_000, card: 3, evidence: long)]
        sales[0].payer = .card(.uid([1, 2, 3, 4]), .unproven)
        sales[0].account = Campus.account(3)
        sales[2].path = .offline(.faulty)
        var intents: [OpenCardTransaction] = []
        for sale in sales {
            intents.append(
                OpenCardTransaction(
                    transaction: try await ledger.intend(sale), sale: sale, reference: Campus.reference,
                    intendedAt: Campus.morning))
        }
        if clean { try await ledger.close() } else { file = try file.copiedAsAfterCrash() }
        let later = Campus.morning.advanced(by: .seconds(5))
        ledger = try file.open(now: later)
        for intent in intents {
            let card = try #require(intent.sale.payer.card)
            #expect(try await ledger.openCardTransaction(of: card) == intent)
        }
        let unknown = try await ledger.records(after: 0, limit: 100).map(\.record).filter { $0.outcome == .unknown }
        #expect(unknown.map(\.sale) == sales)
        #expect(unknown.allSatisfy { $0.decidedAt == later })
        #expect(try await ledger.verify().findings == [])
    }

    @Test("purse money uses up no allowance, also next to sales that do (promise 6)")
    func allowances() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 5000)
        try await ledger.sell(fen: 100)
        var purse = Campus.purchase(2000)
        purse.account = Campus.account()
        purse.path = .offline(.unreachable)
        try await ledger.tap(purse)
        try await ledger.tap(Campus.load(700))
        var view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.cardOffline == LedgerView.OfflineUse(amount: Amount(fen: 100), count: 1))
        #expect(view.terminalOffline == view.cardOffline)
        #expect(view.undelivered == Amount(fen: 100))
        #expect(view.account?.available == Amount(fen: 5000 - 100 - 700))
        #expect(try await ledger.figures().unsentAmount == Amount(fen: 2800))
        try await ledger.acknowledge(try await ledger.acknowledgedNow)
        view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.terminalOffline == LedgerView.OfflineUse() && view.undelivered == .zero)
        #expect(try await ledger.figures().unsentAmount == .zero)
        #expect(try await ledger.verify().findings == [])
    }

    @Test(
        "a tap finds what it needs in an index",
        arguments: [
            ("SELECT * FROM card_intent WHERE card = ?", "SEARCH card_intent USING INDEX"),
            (
                """
                SELECT sequence, newest, cash, subsidy, offline_amount, offline_count, purchase, purchase_subsidy,
                    decided_at
                FROM account_use WHERE account = ? AND sequence <= ? ORDER BY sequence DESC
                """, "SEARCH account_use USING PRIMARY KEY (account=? AND sequence<?)"
            ),
        ])
    func plans(sql: String, plan: String) async throws {
        let ledger = try await JournalFile().openFilled()
        let detail = try await ledger.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: sql.contains("sequence") ? [1, 2] : [1]
            )
            .map { $0["detail"] as String }
        }
        #expect(detail.count == 1 && detail[0].contains(plan), "\(detail)")
    }
}
