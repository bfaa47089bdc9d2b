import Payments

/// Terminals, records, postings and cards side by side.
package protocol ReconciliationStore: Sendable {
    /// Compares a day, and lists each difference as an exception. What a person resolved before stays resolved.
    func reconcile(_ request: ReconciliationRequest, now: UnixTime) async throws -> ReconciliationReport
}
