import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    private static let cardSQL = """
        SELECT c.id, c.account_id, c.status, c.issued_at, h.reason
        FROM card c LEFT JOIN hot_list h ON h.card = c.id
        """

    package func issueCard(_ card: NewCard, now: UnixTime) async throws -> CardSummary {
        try await write { db in
            guard let account = try db.row("SELECT status FROM account WHERE id = ?", [Int64(card.account.number)])
            else { throw HubRefusalError(.notFound, "no such account") }
            guard try account.choice("status", as: AccountStatus.self) != .closed else {
                throw HubRefusalError(.notPermittedInThisState, "the account is closed")
            }
            guard try !db.exists("SELECT 1 FROM card WHERE id = ?", [card.id.text]) else {
                throw HubRefusalError(.alreadyExists, "the card exists already")
            }
            try db.run(
                "INSERT INTO card (id, account_id, status, issued_at, changed) VALUES (?, ?, 'active', ?, ?)",
                [card.id.text, Int64(card.account.number), now.milliseconds, try FeedTable.nextChange(db)])
            return try Self.card(card.id, db)
        }
    }

    package func cards(account: AccountID?, _ page: PageRequest) async throws -> Page<CardSummary> {
        try await read { db in
            let filter = account == nil ? "" : "AND c.account_id = ?"
            var arguments: StatementArguments = [page.after ?? ""]
            if let account { arguments += [Int64(account.number)] }
            arguments += [page.limit + 1]
            let rows = try db.rows("\(Self.cardSQL) WHERE c.id > ? \(filter) ORDER BY c.id LIMIT ?", arguments)
            return Page(fetched: try rows.map(Self.cardSummary), limit: page.limit) { $0.id.text }
        }
    }

    package func change(card: CardID, _ change: CardChange) async throws -> CardSummary {
        try await write { [hotListHistory] db in
            let current = try Self.card(card, db).status
            guard change.from.contains(current) else {
                throw HubRefusalError(.notPermittedInThisState, "the card is \(current.rawValue)")
            }
            try db.run(
                "UPDATE card SET status = ?, changed = ? WHERE id = ?",
                [change.status.rawValue, try FeedTable.nextChange(db), card.text])
            switch change.hotList {
            case .list(let reason): try HotListTable.set(card, reason: reason, keeping: hotListHistory, db)
            case .remove: try HotListTable.set(card, reason: nil, keeping: hotListHistory, db)
            case .leave: break
            }
            return try Self.card(card, db)
        }
    }

    private static func card(_ id: CardID, _ db: Database) throws -> CardSummary {
        guard let row = try db.row("\(cardSQL) WHERE c.id = ?", [id.text]) else {
            throw HubRefusalError(.notFound, "no such card")
        }
        return try cardSummary(row)
    }

    private static func cardSummary(_ row: Row) throws -> CardSummary {
        CardSummary(
            id: try row.identifier("id"), account: try row.account("account_id"), status: try row.choice("status"),
            hotListReason: try row.optionalReason("reason")?.rawValue,
            issuedAtMilliseconds: try row.integer("issued_at"))
    }
}
