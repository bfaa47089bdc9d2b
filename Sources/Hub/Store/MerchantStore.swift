import Payments

/// Merchants.
package protocol MerchantStore: Sendable {
    func addMerchant(_ merchant: NewMerchant, now: UnixTime) async throws -> MerchantSummary
    func merchants(_ page: PageRequest) async throws -> Page<MerchantSummary>

    /// The merchant's postings, newest first.
    func statement(merchant: MerchantID, before: Int64?, limit: Int) async throws -> Statement
}
