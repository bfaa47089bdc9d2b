import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    private static let merchantSQL = """
        SELECT m.id, m.name, m.created_at, coalesce(b.balance_fen, 0) AS balance_fen
        FROM merchant m LEFT JOIN book b ON b.name = 'merchant:' || m.id
        """

    package func addMerchant(_ merchant: NewMerchant, now: UnixTime) async throws -> MerchantSummary {
        try await write { db in
            guard try !db.exists("SELECT 1 FROM merchant WHERE id = ?", [merchant.id.text]) else {
                throw HubRefusalError(.alreadyExists, "the merchant exists already")
            }
            try db.run(
                "INSERT INTO merchant (id, name, created_at) VALUES (?, ?, ?)",
                [merchant.id.text, merchant.name, now.milliseconds])
            return try Self.merchant(merchant.id, db)
        }
    }

    package func merchants(_ page: PageRequest) async throws -> Page<MerchantSummary> {
        try await read { db in
            let rows = try db.rows(
                "\(Self.merchantSQL) WHERE m.id > ? ORDER BY m.id LIMIT ?", [page.after ?? "", page.limit + 1])
            return Page(fetched: try rows.map(Self.merchantSummary), limit: page.limit) { $0.id.text }
        }
    }

    package func statement(merchant: MerchantID, before: Int64?, limit: Int) async throws -> Statement {
        try await read { db in
            _ = try Self.merchant(merchant, db)
            return try StatementTable.statement(of: merchant, before: before, limit: limit, db)
        }
    }

    private static func merchant(_ id: MerchantID, _ db: Database) throws -> MerchantSummary {
        guard let row = try db.row("\(merchantSQL) WHERE m.id = ?", [id.text]) else {
            throw HubRefusalError(.notFound, "no such merchant")
        }
        return try merchantSummary(row)
    }

    private static func merchantSummary(_ row: Row) throws -> MerchantSummary {
        MerchantSummary(
            id: try row.identifier("id"), name: try row.text("name"), balanceFen: try row.integer("balance_fen"),
            createdAtMilliseconds: try row.integer("created_at"))
    }
}
