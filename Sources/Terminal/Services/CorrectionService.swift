import Payments

/// Takes a refund or void to its durable decision: look, mint, decide and store. The terminal decides alone, also
/// offline: a correction takes nothing from the campus that the sale had not brought.
package final class CorrectionService: Sendable {
    private let journal: any CorrectionJournal
    private let numbers: any PaymentJournal
    private let clock: TrustedClock
    private let rules: CorrectionRules
    private let abandon: @Sendable (TransactionID) -> Void
    private let recorded: @Sendable () -> Void

    /// - Parameters:
    ///   - numbers: gives out the numbers of `journal`.
    ///   - abandon: takes a number that will never have a record.
    ///   - recorded: called after each new record, so that it is sent at once.
    package init(
        journal: any CorrectionJournal, numbers: any PaymentJournal, clock: TrustedClock, rules: CorrectionRules,
        abandon: @escaping @Sendable (TransactionID) -> Void, recorded: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.numbers = numbers
        self.clock = clock
        self.rules = rules
        self.abandon = abandon
        self.recorded = recorded
    }

    /// Corrects, or says why not. What it returns as stored is on disk (promise 1); a request that is sent again after
    /// an error or a crash has the effect once (promise 2).
    package func correct(_ request: CorrectionRequest) async throws(LedgerError) -> CorrectionResult {
        // First without a number: a refusal would cost one, and a repetition needs none.
        if let result = try await journal.preview(request, rules: rules, now: clock.now()) { return result }
        let transaction = try await numbers.mint()
        do throws(LedgerError) {
            let result = try await journal.correct(transaction, request, rules: rules, now: clock.now())
            recorded()
            return result
        } catch {
            abandon(transaction)
            throw error
        }
    }

    /// The correction that was stored under a reference.
    package func correction(under reference: SaleReference) async throws(LedgerError) -> StoredCorrection? {
        try await journal.correction(under: reference)
    }
}
