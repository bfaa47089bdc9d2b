import Payments

/// A merchant as the operator sees it.
package struct MerchantSummary: Codable, Sendable, Hashable {
    package var id: MerchantID
    package var name: String
    /// What the campus owes the merchant.
    package var balanceFen: Int64
    package var createdAtMilliseconds: Int64
}
