import GRDB
import HubProtocol
import Payments
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Refunds and voids in the ledger")
struct CorrectionTests {
    private static let rules = CorrectionRules()

    private static func reference(_ text: String) throws -> SaleReference { try #require(SaleReference(text: text)) }

    private static func refund(
        _ ledger: SQLiteLedger, _ sale: TransactionID, fen: Int64?, _ reference: String, now: UnixTime = Campus.morning
    ) async throws -> CorrectionResult {
        let request = CorrectionRequest(
            reference: try Self.reference(reference), order: .refund(sale, amount: fen.map { Amount(fen: $0) }))
        return try await ledger.correct(try await ledger.mint(), request, rules: rules, now: now)
    }

    @Test("the journal in a real file keeps the contract about corrections")
    func conforms() async throws {
        try await checkCorrections(try JournalFile().open())
        try await checkPurseCorrections(try JournalFile().open())
    }

    @Test("promises 2 and 3: of many refunds at once that want the last of a sale, as many succeed as it covers")
    func concurrent() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let sale = try await ledger.sell(fen: 1000).record.transaction
        let results = try await withThrowingTaskGroup(of: CorrectionResult.self) { group in
            for number in 1...30 {
                group.addTask { try await Self.refund(ledger, sale, fen: 300, "refund-\(number)") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let stored = results.filter { if case .stored = $0 { true } else { false } }
        #expect(stored.count == 3)
        #expect(results.filter { $0 == .refused(CorrectionRefusal(.aboveSale)) }.count == 27)
        let corrected = try await ledger.read { try CorrectionTable.corrected($0, sale) }
        #expect(corrected.amount == Amount(fen: 900))
        #expect(try await ledger.verify().findings == [])
    }

    @Test("promise 2: one request sent many times at once is one refund")
    func repeatedAtOnce() async throws {
        let ledger = try await JournalFile().openFilled()
        let sale = try await ledger.sell(fen: 1000).record.transaction
        let results = try await withThrowingTaskGroup(of: CorrectionResult.self) { group in
            for _ in 1...20 { group.addTask { try await Self.refund(ledger, sale, fen: 300, "once") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let stored = results.compactMap { result -> TransactionID? in
            guard case .stored(let stored) = result else { return nil }
            return stored.record.transaction
        }
        #expect(stored.count == 20 && Set(stored).count == 1)
        #expect(try await ledger.verify().findings == [])
    }

    @Test("promises 1 and 2: after a power cut the correction is there and a repetition gives it again")
    func powerCut() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let sale = try await ledger.sell(fen: 1000).record.transaction
        guard case .stored(let stored) = try await Self.refund(ledger, sale, fen: 300, "once") else {
            Issue.record("refused")
            return
        }
        let after = try file.copiedAsAfterCrash().open()
        guard case .stored(let again) = try await Self.refund(after, sale, fen: 300, "once") else {
            Issue.record("refused")
            return
        }
        #expect(again.record == stored.record && again.isRepeated)
        #expect(try await after.correction(under: try Self.reference("once"))?.corrected == Amount(fen: 300))
        #expect(try await after.verify().findings == [])
    }

    @Test("a void is of the newest sale of its lane, and of a sale that may have happened too")
    func lastSale() async throws {
        let ledger = try await JournalFile().openFilled()
        let first = try await ledger.sell(fen: 100).record.transaction
        let second = try await ledger.sell(fen: 200).record.transaction
        try await ledger.sell(fen: 99_999_999)
        func void(_ reference: String, _ sale: TransactionID?) async throws -> CorrectionResult {
            let request = CorrectionRequest(
                reference: try Self.reference(reference), order: .void(Campus.lane, sale: sale))
            return try await ledger.correct(
                try await ledger.mint(), request, rules: Self.rules, now: Campus.morning)
        }
        #expect(try await void("v-1", first) == .refused(CorrectionRefusal(.notLastSale)))
        guard case .stored(let voided) = try await void("v-2", nil) else {
            Issue.record("refused")
            return
        }
        #expect(voided.sale.transaction == second && voided.record.sale?.amount == Amount(fen: 200))
        #expect(try await void("v-3", nil) == .refused(CorrectionRefusal(.correctedBefore)))
        #expect(
            try await void("v-2", nil)
                == .stored(
                    StoredCorrection(
                        reference: voided.reference, record: voided.record, sale: voided.sale,
                        corrected: voided.corrected,
                        isRepeated: true)))
        try await ledger.tap(Campus.purchase(), .unknown)
        #expect(try await void("v-4", nil) == .refused(CorrectionRefusal(.outcomeUnknown)))
        #expect(try await ledger.verify().findings == [])
    }

    @Test("both purses of an account are what the replica says, less sales and plus refunds since")
    func purses() async throws {
        let ledger = try await JournalFile().openFilled()
        let page = ChangesPage(
            changes: [
                ChangeMessage(
                    cursor: 100,
                    account: AccountMessage(
                        id: Campus.account(), status: .active, balance: Amount(fen: 5000), subsidy: Amount(fen: 800),
                        subsidyExpires: UnixTime(seconds: 1_790_000_000)))
            ], cursor: 100, more: false, acknowledged: try await ledger.acknowledgedNow, hubTime: Campus.morning)
        try await ledger.apply(page, after: await ledger.cursor())
        // Only policy makes such sales: here they are written as a commit writes them.
        func write(_ movement: JournalRecord.Movement, fen: Int64, subsidy: Int64) async throws -> JournalRecord {
            let transaction = try await ledger.mint()
            let sale = JournalRecord.Sale(
                movement: movement, amount: Amount(fen: fen), subsidy: Amount(fen: subsidy),
                payer: .card(Campus.card(), .proven), account: Campus.account(), merchant: Campus.merchant,
                lane: Campus.lane, path: .local)
            return try await ledger.appended(transaction, sale)
        }
        let sale = try await write(.accountPurchase, fen: 1000, subsidy: 600)
        _ = try await write(.refund(of: sale.transaction), fen: 700, subsidy: 600)
        let (row, sums) = try await ledger.read { database in
            (
                try ReplicaTables.account(database, Campus.account()),
                try ReplicaTables.uncontained(
                    database, last: try AccountUseTable.totals(database, of: Campus.account()), after: 0,
                    acknowledged: 0)
            )
        }
        #expect(row?.subsidy == Amount(fen: 800) && row?.subsidyExpires == UnixTime(seconds: 1_790_000_000))
        #expect(sums.cash == Amount(fen: 300) && sums.subsidy == .zero)
        #expect(try await ledger.view(of: Campus.cardEvidence()).account?.available == Amount(fen: 4700))
        #expect(try await ledger.verify().findings == [])
        _ = try await write(.refund(of: sale.transaction), fen: 400, subsidy: 0)
        #expect(try await ledger.verify().findings.contains { $0.contains("more was given back") })
    }

    @Test("promise 5: a correction of what was not sold is found")
    func tampered() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let sale = try await ledger.sell(fen: 1000).record.transaction
        _ = try await Self.refund(ledger, sale, fen: 300, "once")
        try await ledger.close()
        try RawDatabase.tamper(file.path, "UPDATE journal SET amount = 301 WHERE corrects IS NOT NULL")
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }
}

extension SQLiteLedger {
    /// Writes an approved record of any sale.
    fileprivate func appended(_ transaction: TransactionID, _ sale: JournalRecord.Sale) throws -> JournalRecord {
        var changed = standing
        let record = JournalRecord(
            sequence: changed.row.head.sequence + 1, transaction: transaction, outcome: .approved, sale: sale,
            decidedAt: Campus.morning, replicaCursor: changed.row.replicaCursor)
        let hash = changed.append(record)
        try commit(changed) { try JournalTable.append(record, hash: hash, to: $0) }
        numbers.withLock { $0.close(transaction.trace.number) }
        return record
    }
}
