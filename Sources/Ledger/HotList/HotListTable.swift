import GRDB
import HubProtocol
import Payments
import Terminal

/// The hot list on disk, and where it stands.
enum HotListTable {
    /// - Parameter prefix: of the table, for a snapshot under way.
    static func reason(_ database: Database, _ card: CardID, prefix: String = "") throws -> DeclineReason? {
        let statement = try PreparedStatement(database, "SELECT reason FROM \(prefix)hot_list WHERE card = ?")
        try statement.bind(1, card.text)
        return try statement.first(Self.reason)
    }

    /// Lists a card, or takes it off.
    static func set(_ card: CardID, _ reason: DeclineReason?, prefix: String = "", _ database: Database) throws {
        guard let reason else {
            let statement = try PreparedStatement(database, "DELETE FROM \(prefix)hot_list WHERE card = ?")
            try statement.bind(1, card.text)
            return try statement.execute()
        }
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO \(prefix)hot_list (card, reason) VALUES (?, ?)
            ON CONFLICT (card) DO UPDATE SET reason = excluded.reason
            """)
        try statement.bind(1, card.text)
        try statement.bind(2, Int64(reason.rawValue))
        try statement.execute()
    }

    static func state(_ database: Database) throws -> HotListState {
        let statement = try PreparedStatement(
            database, "SELECT version, entries, digest FROM hot_list_state WHERE id = 1")
        let state: HotListState? = try statement.first { row in
            guard let version = UInt64(exactly: row.integer(0)), let entries = UInt64(exactly: row.integer(1)),
                let digest = HotListDigest(bytes: row.bytes(2))
            else { throw LedgerError(.damaged, detail: "hot list state") }
            return HotListState(version: version, entries: entries, digest: digest)
        }
        guard let state else { throw LedgerError(.damaged, detail: "hot list state") }
        return state
    }

    static func store(_ state: HotListState, _ database: Database) throws {
        let statement = try PreparedStatement(
            database, "UPDATE hot_list_state SET version = ?, entries = ?, digest = ? WHERE id = 1")
        try statement.bind(1, Int64(state.version))
        try statement.bind(2, Int64(state.entries))
        try statement.bind(3, state.digest.bytes)
        try statement.execute()
    }

    /// The list's index, read from the whole table.
    static func index(_ database: Database) throws -> HotListIndex {
        var hashes: ContiguousArray<UInt64> = []
        try PreparedStatement(database, "SELECT card FROM hot_list").forEach { row in
            guard let hash = row.withText(0, HotListIndex.hash(text:)) ?? nil else {
                throw LedgerError(.damaged, detail: "hot list row")
            }
            hashes.append(hash)
            return true
        }
        return HotListIndex(hashes: hashes)
    }

    /// Entries of a snapshot after `card`, in order, at most `limit`.
    static func staged(
        _ database: Database, after card: String, limit: Int
    ) throws -> [(card: CardID, reason: DeclineReason)] {
        let statement = try PreparedStatement(
            database, "SELECT card, reason FROM staged_hot_list WHERE card > ? ORDER BY card LIMIT ?")
        try statement.bind(1, card)
        try statement.bind(2, Int64(limit))
        var entries: [(card: CardID, reason: DeclineReason)] = []
        try statement.forEach { row in
            guard let reason = DeclineReason(rawValue: Int(row.integer(1))) else {
                throw LedgerError(.damaged, detail: "hot list row")
            }
            entries.append((try Self.card(row), reason))
            return true
        }
        return entries
    }

    private static func reason(_ row: StatementRow) throws -> DeclineReason {
        guard let reason = DeclineReason(rawValue: Int(row.integer(0))) else {
            throw LedgerError(.damaged, detail: "hot list row")
        }
        return reason
    }

    private static func card(_ row: StatementRow) throws -> CardID {
        guard let card = row.text(0).flatMap(CardID.init(text:)) else {
            throw LedgerError(.damaged, detail: "hot list row")
        }
        return card
    }
}
