import Payments

/// An account as the operator sees it.
package struct AccountSummary: Codable, Sendable, Hashable {
    package var id: AccountID
    package var name: String
    package var status: AccountStatus
    /// Posted balance of the cash purse.
    package var balanceFen: Int64
    /// Posted balance of the subsidy purse.
    package var subsidyFen: Int64
    /// Sum of the active holds, not yet subtracted from the balance.
    package var heldFen: Int64
    package var createdAtMilliseconds: Int64
}
