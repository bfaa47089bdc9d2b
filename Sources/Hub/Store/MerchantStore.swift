import Payments

/// Merchants.
package protocol MerchantStore: Sendable {
    /// Adds a merchant. Refused with `alreadyExists`.
    func addMerchant(_ merchant: NewMerchant, now: UnixTime) async throws -> MerchantSummary
    /// A page of all merchants.
    func merchants(_ page: PageRequest) async throws -> Page<MerchantSummary>

    /// The merchant's postings, newest first.
    func statement(merchant: MerchantID, before: Int64?, limit: Int) async throws -> Statement
}
