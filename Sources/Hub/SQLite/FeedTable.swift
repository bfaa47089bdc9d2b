import GRDB
import HubProtocol
import Payments

/// The feed's counter and the tables behind it.
enum FeedTable {
    /// The next position of the feed; every change takes its own.
    static func nextChange(_ db: Database) throws -> Int64 {
        try db.integer("UPDATE feed SET cursor = cursor + 1 RETURNING cursor")
    }

    /// The position of the newest change.
    static func cursor(_ db: Database) throws -> UInt64 { try bounds(db).newest }

    /// The position of the newest change, and the oldest one from which a replica can go on.
    static func bounds(_ db: Database) throws -> (newest: UInt64, horizon: UInt64) {
        guard let row = try db.row("SELECT cursor, horizon FROM feed") else {
            throw HubStoreError(.damaged, detail: "feed")
        }
        return (try row.unsigned("cursor"), try row.unsigned("horizon"))
    }

    /// Moves the counter up by `gap` and remembers that nothing in between was given out.
    ///
    /// - Parameter gap: 1 to 2^40, random: cursors of a hub that was lost must fall into it, and not into those that
    ///   will be given out after it.
    static func beginEpoch(gap: UInt64, _ db: Database) throws {
        let bounds = try bounds(db)
        let start = bounds.newest + gap
        // Cursors before the horizon are refused whatever the epoch.
        try db.run("DELETE FROM feed_epoch WHERE start <= ?", [Int64(bounds.horizon)])
        try db.run(
            "INSERT INTO feed_epoch (start, newest_before) VALUES (?, ?)", [Int64(start), Int64(bounds.newest)])
        try db.run("UPDATE feed SET cursor = ?", [Int64(start)])
    }

    /// The epoch that goes on now, named by the cursor with which it began.
    static func epoch(_ db: Database) throws -> UInt64 {
        UInt64(try db.integer("SELECT coalesce(max(start), 0) FROM feed_epoch"))
    }

    /// Whether a cursor is one that this hub may have given out: not newer than its newest, nor between two epochs.
    static func mayHaveGivenOut(_ cursor: UInt64, _ db: Database) throws -> Bool {
        guard cursor <= (try bounds(db).newest) else { return false }
        let gap = try db.row(
            "SELECT 1 FROM feed_epoch WHERE start > ? AND newest_before < ? LIMIT 1", [Int64(cursor), Int64(cursor)])
        return gap == nil
    }

    /// The oldest `limit` changes after `cursor`, in order. Each table is asked for as many, because all of them
    /// could be in one.
    static func changes(after cursor: UInt64, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        let arguments: StatementArguments = [Int64(cursor), limit]
        let accounts = try db.rows(
            "\(accountSQL) WHERE a.changed > ? ORDER BY a.changed LIMIT ?", arguments
        ).map(account)
        let cards = try db.rows("\(cardSQL) WHERE changed > ? ORDER BY changed LIMIT ?", arguments).map(card)
        let hotList = try HotListTable.changes(after: cursor, limit: limit, db)
        let keys = try db.rows("\(codeKeySQL) WHERE changed > ? ORDER BY changed LIMIT ?", arguments).map(codeKey)
        let policies = try db.rows("\(policySQL) WHERE changed > ? ORDER BY changed LIMIT ?", arguments).map(policy)
        let merged = (accounts + cards + hotList + keys + policies).sorted { $0.cursor < $1.cursor }
        return Array(merged.prefix(limit))
    }

    // MARK: - For snapshots

    static func accounts(afterID id: Int64, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        try db.rows("\(accountSQL) WHERE a.id > ? ORDER BY a.id LIMIT ?", [id, limit]).map(account)
    }

    static func cards(afterID id: String, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        try db.rows("\(cardSQL) WHERE id > ? ORDER BY id LIMIT ?", [id, limit]).map(card)
    }

    /// Everything of which there is little: at most 256 code keys, and the policies, of which one may be for later.
    static func settings(_ db: Database) throws -> [ChangeMessage] {
        try db.rows("\(codeKeySQL) ORDER BY key_id").map(codeKey)
            + db.rows("\(policySQL) ORDER BY version").map(policy)
    }

    // MARK: - Rows

    private static let accountSQL = """
        SELECT a.changed, a.id, a.status, b.balance_fen, coalesce(s.balance_fen, 0) AS subsidy_fen,
            \(AccountTermsRows.columns)
        FROM account a JOIN book b ON b.id = a.book_id
            LEFT JOIN book s ON s.name = 'subsidy:' || a.id \(AccountTermsRows.joins)
        """
    private static let policySQL = "SELECT changed, version, document, signature FROM policy"
    private static let cardSQL = "SELECT changed, id, account_id, status FROM card"
    private static let codeKeySQL = """
        SELECT changed, key_id, public_key, valid_from_seconds, valid_through_seconds FROM code_key
        """

    private static func account(_ row: Row) throws -> ChangeMessage {
        var account = AccountMessage(
            id: try row.account("id"), status: try row.choice("status"), balance: try row.amount("balance_fen"),
            subsidy: try row.amount("subsidy_fen"), subsidyExpires: try AccountTermsRows.subsidyEnd(row))
        account.terms = try AccountTermsRows.message(row)
        return ChangeMessage(cursor: try row.unsigned("changed"), account: account)
    }

    private static func card(_ row: Row) throws -> ChangeMessage {
        ChangeMessage(
            cursor: try row.unsigned("changed"),
            card: CardMessage(
                id: try row.identifier("id"), account: try row.account("account_id"), status: try row.choice("status")))
    }

    private static func policy(_ row: Row) throws -> ChangeMessage {
        ChangeMessage(cursor: try row.unsigned("changed"), policy: try PolicyRows.message(row))
    }

    private static func codeKey(_ row: Row) throws -> ChangeMessage {
        ChangeMessage(cursor: try row.unsigned("changed"), codeKey: try CodeTable.keyMessage(row))
    }
}
