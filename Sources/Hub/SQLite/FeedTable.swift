import GRDB
import HubProtocol
import Payments

/// The feed's counter and the four tables behind it.
enum FeedTable {
    /// The next position of the feed; every change takes its own.
    static func nextChange(_ db: Database) throws -> Int64 {
        try db.integer("UPDATE feed SET cursor = cursor + 1 RETURNING cursor")
    }

    /// The position of the newest change.
    static func cursor(_ db: Database) throws -> UInt64 {
        guard let row = try db.row("SELECT cursor FROM feed") else { throw HubStoreError(.damaged, detail: "feed") }
        return try row.unsigned("cursor")
    }

    /// The oldest `limit` changes after `cursor`, in order. Each table is asked for as many, because all of them
    /// could be in one.
    static func changes(after cursor: UInt64, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        let arguments: StatementArguments = [Int64(cursor), limit]
        let accounts = try db.rows(
            """
            SELECT a.changed, a.id, a.status, b.balance_fen, coalesce(s.balance_fen, 0) AS subsidy_fen
            FROM account a JOIN book b ON b.id = a.book_id LEFT JOIN book s ON s.name = 'subsidy:' || a.id
            WHERE a.changed > ? ORDER BY a.changed LIMIT ?
            """, arguments
        ).map { row in
            ChangeMessage(
                cursor: try row.unsigned("changed"),
                account: AccountMessage(
                    id: try row.account("id"), status: try row.choice("status"),
                    balance: try row.amount("balance_fen"), subsidy: try row.amount("subsidy_fen")))
        }
        let cards = try db.rows(
            "SELECT changed, id, account_id, status FROM card WHERE changed > ? ORDER BY changed LIMIT ?", arguments
        ).map { row in
            ChangeMessage(
                cursor: try row.unsigned("changed"),
                card: CardMessage(
                    id: try row.identifier("id"), account: try row.account("account_id"),
                    status: try row.choice("status")))
        }
        let hotList = try db.rows(
            "SELECT changed, card, reason FROM hot_list WHERE changed > ? ORDER BY changed LIMIT ?", arguments
        ).map { row in
            ChangeMessage(
                cursor: try row.unsigned("changed"),
                hotList: HotListMessage(card: try row.identifier("card"), reason: try row.optionalReason("reason")))
        }
        let keys = try db.rows(
            """
            SELECT changed, key_id, public_key, valid_from_seconds, valid_through_seconds FROM code_key
            WHERE changed > ? ORDER BY changed LIMIT ?
            """, arguments
        ).map { row in
            ChangeMessage(cursor: try row.unsigned("changed"), codeKey: try CodeTable.keyMessage(row))
        }
        let merged = (accounts + cards + hotList + keys).sorted { $0.cursor < $1.cursor }
        return Array(merged.prefix(limit))
    }
}
