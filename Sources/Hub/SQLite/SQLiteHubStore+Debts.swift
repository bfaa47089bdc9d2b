import GRDB
import HubProtocol
import Payments

/// An account below zero is in debt: sales that terminals approved alone took more than it held.
extension SQLiteHubStore {
    /// The reference of the posting that ends a debt out of a top-up.
    static func recoveryReference(_ topUp: String) -> String { "debt/\(topUp)" }

    /// Posts money paid in: first what ends the debt, by a posting of its own that says so, then the rest.
    ///
    /// - Parameter debt: the balance with its sign changed; zero or less when there is no debt.
    /// - Returns: the number of the last posting.
    static func post(
        _ request: TopUpRequest, debt: Amount, now: UnixTime, _ db: Database, _ sheet: inout BookSheet
    ) throws -> Int64 {
        let amount = Amount(fen: request.amountFen)
        let recovered = max(.zero, min(debt, amount))
        var number: Int64 = 0
        if recovered > .zero {
            let reference = recoveryReference(request.reference)
            guard try !db.exists("SELECT 1 FROM posting WHERE reference = ?", [reference]) else {
                throw HubRefusalError(.alreadyExists, "the reference was used before for another posting")
            }
            number = try sheet.post(
                .topUp(recovered, to: request.account), source: .reference(.debtRecovery, reference),
                occurredAt: now, postedAt: now)
        }
        guard amount > recovered else { return number }
        return try sheet.post(
            .topUp(amount - recovered, to: request.account), source: .reference(.topUp, request.reference),
            occurredAt: now, postedAt: now)
    }

    package func debts(_ page: PageRequest) async throws -> Page<AccountSummary> {
        let after = try Self.accountCursor(page)
        return try await read { db in
            let rows = try db.rows(
                "\(Self.accountSQL) WHERE b.balance_fen < 0 AND a.id > ? ORDER BY a.id LIMIT ?",
                [after, page.limit + 1])
            return Page(fetched: try rows.map(Self.accountSummary), limit: page.limit) { $0.id.text }
        }
    }
}
