import Foundation
import Payments
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Lanes commit together")
struct GroupCommitTests {
    private static let generous = Authorizer(
        policy: OfflinePolicy(
            permitted: true, unprovenCards: true, floorLimit: .saleMaximum, cardAmount: .saleMaximum,
            cardCount: 100_000, terminalAmount: .saleMaximum, terminalCount: 100_000, contactAge: .seconds(60)))

    @Test("hundreds of conclusions from many lanes keep the journal gap-free and its chain whole")
    func manyLanes() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 10_000_000)
        let before = await ledger.commitCount
        let concluded = try await withThrowingTaskGroup(of: [ConcludedTransaction].self) { group in
            for lane in 0..<16 {
                group.addTask {
                    var own: [ConcludedTransaction] = []
                    for _ in 0..<25 {
                        own.append(
                            try await ledger.sell(Campus.cardEvidence(UInt8(lane % 3 + 1)), authorizer: Self.generous))
                    }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(concluded.count == 400)
        #expect(concluded.allSatisfy { $0.decision.isApproved })
        let records = try await ledger.records(after: 0, limit: 1000).map(\.record)
        #expect(Set(records) == Set(concluded.map(\.record)))
        #expect(records.map(\.sequence) == Array(1...400))
        let verification = try await ledger.verify()
        #expect(verification.findings == [])
        #expect(verification.approvedAmount == Amount(fen: 40_000))
        #expect(await ledger.commitCount - before < 400)
    }

    @Test("what waits together is one commit, in the order in which it came")
    func oneCommit() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let before = await ledger.commitCount
        let results = try await ledger.concludeTogether(fen: [100, 200, 300, 400, 500])
        #expect(await ledger.commitCount - before == 1)
        #expect(results.map { try? $0.get().record.sequence } == [1, 2, 3, 4, 5])
        #expect(results.map { try? $0.get().record.sale?.amount.fen } == [100, 200, 300, 400, 500])
        #expect(try await ledger.verify().findings == [])
    }

    @Test("in one commit each conclusion counts those before it")
    func laterSeesEarlier() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 250)
        let results = try await ledger.concludeTogether(fen: [100, 100, 100])
        #expect(results.map { try? $0.get().decision.reason } == [nil, nil, .insufficientFunds])
        #expect(results.map { try? $0.get().available?.fen } == [150, 50, 50])
    }

    @Test("one that breaks a rule of the database fails alone")
    func oneBadOne() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        try await ledger.close()
        try RawDatabase.execute(
            file.path,
            """
            CREATE TRIGGER poison BEFORE INSERT ON journal WHEN NEW.amount = 666 BEGIN
                SELECT RAISE(ABORT, 'poison');
            END
            """)
        ledger = try file.open()
        let results = try await ledger.concludeTogether(fen: [100, 666, 300])
        #expect(results.map { try? $0.get().record.sequence } == [1, nil, 2])
        #expect(throws: LedgerError(.writeFailed)) { try results[1].get() }
        #expect(try await ledger.verify().findings == [])
        #expect(try await ledger.view(of: Campus.cardEvidence()).cardOffline.count == 2)
    }

    @Test("the same transaction twice in one commit has one effect")
    func sameTransactionTwice() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let transaction = try await ledger.mint()
        let results = try await ledger.concludeTogether([transaction, transaction, transaction])
        #expect(results.count(where: { (try? $0.get()) != nil }) == 1)
        #expect(throws: LedgerError(.transactionNotOpen)) { try results[1].get() }
        #expect(try await ledger.figures().sequence == 1)
    }

    @Test("a crowd larger than one commit is served completely")
    func crowd() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let before = await ledger.commitCount
        let results = try await ledger.concludeTogether(fen: Array(repeating: 1, count: SQLiteLedger.commitLimit + 10))
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        // Two for the conclusions; minting a crowd of numbers needed reservations of its own.
        #expect(await ledger.commitCount - before == 2 + (SQLiteLedger.commitLimit + 10 - 1) / 32)
    }
}

extension SQLiteLedger {
    /// Concludes so that all of them wait when the ledger turns to them, in this order.
    nonisolated func concludeTogether(fen: [Int64]) async throws -> [Result<ConcludedTransaction, any Error>] {
        var transactions: [TransactionID] = []
        for _ in fen { transactions.append(try await mint()) }
        return try await concludeTogether(transactions, fen: fen)
    }

    nonisolated func concludeTogether(
        _ transactions: [TransactionID], fen: [Int64]? = nil
    ) async throws -> [Result<ConcludedTransaction, any Error>] {
        try await together(
            transactions.enumerated().map { index, transaction in
                let request = Campus.request(transaction, fen: fen?[index] ?? 100)
                return {
                    try await self.conclude(
                        request, hub: .none(.unreachable), authorizer: Campus.authorizer, now: Campus.morning)
                }
            })
    }

    /// Starts the writes so that all of them wait when the ledger turns to them, in this order.
    nonisolated func together<Value: Sendable>(
        _ writes: [@Sendable () async throws -> Value]
    ) async throws -> [Result<Value, any Error>] {
        let gate = Gate()
        defer { gate.opening.signal() }
        async let held: Void = occupy(gate)
        try await eventually("the ledger is busy") { gate.isHolding.withLock { $0 } }
        var tasks: [Task<Value, any Error>] = []
        for (index, write) in writes.enumerated() {
            tasks.append(Task { try await write() })
            try await eventually("write \(index) waits") { self.waiting.withLock { $0.count } == index + 1 }
        }
        gate.opening.signal()
        await held
        var results: [Result<Value, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }

    private func occupy(_ gate: Gate) {
        gate.isHolding.withLock { $0 = true }
        gate.opening.wait()
    }
}

/// Keeps the ledger's executor busy until it is opened, like a slow disk.
private final class Gate: Sendable {
    let isHolding = Mutex(false)
    let opening = DispatchSemaphore(value: 0)
}
