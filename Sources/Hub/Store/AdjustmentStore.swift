import Payments

/// Adjustments: one person proposes, another decides.
package protocol AdjustmentStore: Sendable {
    /// Writes a proposal down; nothing moves yet.
    ///
    /// - Throws: ``HubRefusalError`` when it could not be posted as things are.
    func propose(_ adjustment: NewAdjustment, by operator: OperatorIdentity, now: UnixTime) async throws
        -> AdjustmentSummary

    /// Decides a proposal. Approval posts it, and closes the exception that it solves, in one commit. The same word
    /// again from the same person changes nothing.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/secondPersonNeeded`` when the proposer approves or rejects.
    func decide(
        adjustment: Int64, _ decision: AdjustmentDecision, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> AdjustmentSummary

    /// Newest first.
    func adjustments(_ filter: AdjustmentFilter, _ page: PageRequest) async throws -> Page<AdjustmentSummary>
    /// One adjustment. Refused with `notFound`.
    func adjustment(_ id: Int64) async throws -> AdjustmentSummary
}
