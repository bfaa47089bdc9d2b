import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Trace numbers are given out once (promise 2)")
struct TraceNumberTests {
    @Test("after an unclean stop every reserved number has a record")
    func voidsAfterUncleanStop() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let concluded = try await ledger.sell()
        let open = try await ledger.mint()
        let later = Campus.morning.advanced(by: .seconds(60))
        let reopened = try file.copiedAsAfterCrash().open(now: later)

        let records = try await reopened.records(after: 0, limit: 1000).map(\.record)
        let reserved = concluded.record.transaction.trace.number + SQLiteLedger.standardReservationWindow
        #expect(records.map(\.transaction.trace.number) == Array(1...reserved))
        #expect(records.first == concluded.record)
        #expect(records.dropFirst().allSatisfy { $0.outcome == .voided && $0.sale == nil && $0.decidedAt == later })
        #expect(records.contains { $0.transaction == open })
        #expect(try await reopened.mint().trace.number == reserved + 1)
        #expect(try await reopened.verify().findings == [])
    }

    @Test("a clean close leaves no voids")
    func noVoidsAfterCleanClose() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        try await ledger.sell()
        try await ledger.close()
        ledger = try file.open()
        try await ledger.sell()
        try await ledger.close()
        let records = try await file.open().records(after: 0, limit: 1000)
        #expect(records.map(\.record.transaction.trace.number) == [1, 2])
    }

    @Test("a number still open at a clean close is voided at the next opening")
    func openNumberAtCleanClose() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let open = try await ledger.mint()
        let concluded = try await ledger.sell()
        try await ledger.close()
        let records = try await file.open().records(after: 0, limit: 1000).map(\.record)
        #expect(records.map(\.transaction) == [concluded.record.transaction, open])
        #expect(records.last?.outcome == .voided)
    }

    @Test("an exhausted reservation is extended, and numbers go on")
    func exhaustedReservation() async throws {
        let file = try JournalFile()
        let ledger = try file.open(window: 4)
        let before = await ledger.commitCount
        var numbers: [UInt64] = []
        for _ in 0..<9 { numbers.append(try await ledger.mint().trace.number) }
        #expect(numbers == Array(1...9))
        #expect(await ledger.commitCount - before == 2)
        let reopened = try file.copiedAsAfterCrash().open(window: 4)
        #expect(try await reopened.mint().trace.number == 13)
    }

    @Test("a number is concluded once, in any order, and only when it was given out here")
    func onlyOpenNumbers() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let (first, second, third) = (try await ledger.mint(), try await ledger.mint(), try await ledger.mint())
        for transaction in [third, first, second] { try await ledger.conclude(transaction) }
        let records = try await ledger.records(after: 0, limit: 10).map(\.record)
        #expect(records.map(\.transaction) == [third, first, second])
        #expect(records.map(\.sequence) == [1, 2, 3])

        let never = TransactionID(terminal: ledger.terminal, journal: ledger.journal, trace: TraceNumber(9))
        let elsewhere = TransactionID(
            terminal: ledger.terminal, journal: JournalID(number: 1), trace: try await ledger.mint().trace)
        for transaction in [first, never, elsewhere] {
            await #expect(throws: LedgerError(.transactionNotOpen)) { try await ledger.conclude(transaction) }
            await #expect(throws: LedgerError(.transactionNotOpen)) {
                try await ledger.void(transaction, now: Campus.morning)
            }
        }
        #expect(try await ledger.figures().sequence == 3)
    }

    @Test("a voided number stays voided")
    func voidedStaysVoided() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let transaction = try await ledger.mint()
        try await ledger.void(transaction, now: Campus.morning)
        await #expect(throws: LedgerError(.transactionNotOpen)) { try await ledger.conclude(transaction) }
        #expect(try await ledger.records(after: 0, limit: 10).map(\.record.outcome) == [.voided])
    }

    @Test("over random crashes no number is given out twice and none is lost", arguments: 1...6 as ClosedRange<UInt64>)
    func randomCrashes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var file = try JournalFile()
        var ledger = try await file.openFilled()
        var minted: Set<UInt64> = []
        var history: [ArchivedRecord] = []
        for _ in 0..<12 {
            var open: [TransactionID] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                if Bool.random(using: &random) || open.isEmpty {
                    let transaction = try await ledger.mint()
                    try #require(minted.insert(transaction.trace.number).inserted, "seed \(seed)")
                    open.append(transaction)
                } else {
                    let transaction = open.remove(at: .random(in: 0..<open.count, using: &random))
                    try await ledger.conclude(transaction)
                }
            }
            let before = try await ledger.records(after: 0, limit: 10_000)
            if Int.random(in: 0..<3, using: &random) == 0 {
                try await ledger.close()
            } else {
                file = try file.copiedAsAfterCrash()
            }
            ledger = try file.open()
            let after = try await ledger.records(after: 0, limit: 10_000)
            try #require(Array(after.prefix(before.count)) == before, "seed \(seed)")
            try #require(before.starts(with: history), "seed \(seed)")
            let recorded = Set(after.map(\.record.transaction.trace.number))
            try #require(recorded.count == after.count && minted.isSubset(of: recorded), "seed \(seed)")
            minted = recorded
            history = after
            try #require(try await ledger.verify().findings == [], "seed \(seed)")
        }
    }

    @Test("missing numbers are found wherever they lie")
    func missingNumbersAnywhere() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        var open: [TransactionID] = []
        for _ in 0..<10 { open.append(try await ledger.mint()) }
        for index in [1, 2, 5, 8] { try await ledger.conclude(open[index]) }
        try await ledger.close()
        let records = try await file.open().records(after: 4, limit: 100).map(\.record)
        #expect(records.map(\.transaction.trace.number) == [1, 4, 5, 7, 8, 10])
        #expect(records.allSatisfy { $0.outcome == .voided })
    }
}

extension SQLiteLedger {
    @discardableResult
    nonisolated func conclude(_ transaction: TransactionID) async throws -> ConcludedTransaction {
        try await conclude(
            Campus.request(transaction), hub: .none(.unreachable), authorizer: Campus.authorizer, now: Campus.morning)
    }
}
