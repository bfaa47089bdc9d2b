import Ledger
import Payments
import Terminal

/// Debits through the ledger as lanes make them: a number, then the conclusion.
enum BenchDebits {
    private static let authorizer = Authorizer(policy: .standard)

    /// How long debits took.
    struct Times: Sendable {
        /// From the request of a number to the decision, as a lane sees it.
        var debit = Samples()
        /// Of that the transaction alone, without the way to the ledger's thread and back.
        var commit = Samples()

        mutating func add(_ other: Times) {
            debit.add(nanoseconds: other.debit.nanoseconds)
            commit.add(nanoseconds: other.commit.nanoseconds)
        }
    }

    /// One after another.
    @discardableResult
    static func sequentially(_ ledger: SQLiteLedger, debits: Range<Int>) async throws -> Times {
        var times = Times()
        for debit in debits { try await conclude(ledger, debit, &times) }
        return times
    }

    /// From many callers at once, so that commits fill up.
    @discardableResult
    static func concurrently(
        _ ledger: SQLiteLedger, debits: Range<Int>, callers: Int = BenchLedger.callers
    ) async throws -> Times {
        try await withThrowingTaskGroup(of: Times.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var times = Times()
                    for debit in stride(from: debits.lowerBound + caller, to: debits.upperBound, by: callers) {
                        try await conclude(ledger, debit, &times)
                    }
                    return times
                }
            }
            return try await group.reduce(into: Times()) { $0.add($1) }
        }
    }

    private static func conclude(_ ledger: SQLiteLedger, _ debit: Int, _ times: inout Times) async throws {
        let now = BenchLedger.now()
        let start = ContinuousClock.now
        let (request, answer) = try BenchLedger.payers.request(try await ledger.mint(), debit: debit)
        let concluded = try await ledger.conclude(request, hub: answer, authorizer: authorizer, now: now)
        times.debit.add(ContinuousClock.now - start)
        times.commit.add(concluded.commitTime)
        guard case .approved = concluded.decision else {
            throw LabError("debit \(debit) was declined: \(concluded.decision.reason?.name ?? "without a reason")")
        }
    }
}
