import Payments

/// Settlements of merchants. A settlement covers whole closed days, each settlement of a merchant starts on the day
/// after the one before, and a posting has one day: so nothing is settled twice, and nothing is left out.
package protocol SettlementStore: Sendable {
    /// Draws up settlements, all or none.
    ///
    /// - Throws: ``HubRefusalError`` when the last day is not closed, or the named merchant has nothing to settle.
    func draftSettlements(
        _ request: NewSettlements, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementDrafts

    /// Confirms or cancels a draft. The same word again changes nothing.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/secondPersonNeeded`` when its author confirms.
    func decide(
        settlement: Int64, _ verdict: SettlementVerdict, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementSummary

    /// Notes the payment of a confirmed settlement, once.
    func pay(
        settlement: Int64, reference: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementSummary

    /// Newest first.
    func settlements(
        _ filter: SettlementFilter, merchant: MerchantID?, _ page: PageRequest
    ) async throws -> Page<SettlementSummary>
    /// One settlement. Refused with `notFound`.
    func settlement(_ id: Int64) async throws -> SettlementSummary

    /// The lines that a settlement sums, in order of posting.
    func settlementLines(_ id: Int64, _ page: PageRequest) async throws -> Page<SettlementLine>
}
