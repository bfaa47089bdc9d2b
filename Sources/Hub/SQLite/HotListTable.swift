import Foundation
import GRDB
import HubProtocol
import Payments

/// The hot list and its versions.
enum HotListTable {
    /// Lists a card, or takes it off; the next version of the list.
    ///
    /// - Parameter history: how many changes the hub keeps.
    static func set(_ card: CardID, reason: DeclineReason?, keeping history: Int, _ db: Database) throws {
        let changed = try FeedTable.nextChange(db)
        var state = try state(db)
        let old = try db.row("SELECT reason FROM hot_list WHERE card = ?", [card.text])?.optionalReason("reason")
        state.change(card, from: old, to: reason)
        try db.run(
            """
            INSERT INTO hot_list (card, reason, changed) VALUES (?, ?, ?)
            ON CONFLICT (card) DO UPDATE SET reason = excluded.reason, changed = excluded.changed
            """, [card.text, reason?.rawValue, changed])
        try insert(state, card: card, reason: reason, changed: changed, db)
        try db.run(
            "UPDATE hot_list_state SET version = ?, entries = ?, digest = ?",
            [Int64(state.version), Int64(state.entries), Data(state.digest.bytes)])
        try trim(to: state.version, keeping: history, db)
    }

    static func state(_ db: Database) throws -> HotListState {
        guard let row = try db.row("SELECT version, entries, digest FROM hot_list_state"),
            let digest = HotListDigest(bytes: try row.bytes("digest"))
        else { throw HubStoreError(.damaged, detail: "hot list state") }
        return HotListState(
            version: try row.unsigned("version"), entries: try row.unsigned("entries"), digest: digest)
    }

    /// The version that a replica has after all changes up to `cursor`.
    static func summary(at cursor: UInt64, _ db: Database) throws -> HotListSummary {
        let row = try db.row(
            """
            SELECT version, entries, digest FROM hot_list_change WHERE changed <= ? ORDER BY changed DESC LIMIT 1
            """, [Int64(cursor)])
        guard let row else { return HotListState().summary }
        return HotListSummary(
            version: try row.unsigned("version"), entries: try row.unsigned("entries"), digest: try row.bytes("digest"))
    }

    /// Changes after `cursor`, oldest first.
    static func changes(after cursor: UInt64, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        try db.rows(
            """
            SELECT version, changed, card, reason FROM hot_list_change WHERE changed > ? ORDER BY changed LIMIT ?
            """, [Int64(cursor), limit]
        ).map { row in
            ChangeMessage(
                cursor: try row.unsigned("changed"),
                hotList: HotListMessage(
                    card: try row.identifier("card"), reason: try row.optionalReason("reason"),
                    version: try row.unsigned("version")))
        }
    }

    /// The list of a hub from before there were versions: its entries become the first ones.
    static func begin(_ db: Database) throws {
        var state = HotListState()
        for row in try db.rows("SELECT card, reason, changed FROM hot_list ORDER BY changed") {
            guard let reason = try row.optionalReason("reason") else { continue }
            let card: CardID = try row.identifier("card")
            state.change(card, from: nil, to: reason)
            try insert(state, card: card, reason: reason, changed: try row.integer("changed"), db)
        }
        try db.run(
            "INSERT INTO hot_list_state (id, version, entries, digest) VALUES (1, ?, ?, ?)",
            [Int64(state.version), Int64(state.entries), Data(state.digest.bytes)])
    }

    private static func insert(
        _ state: HotListState, card: CardID, reason: DeclineReason?, changed: Int64, _ db: Database
    ) throws {
        try db.run(
            "INSERT INTO hot_list_change (version, changed, card, reason, entries, digest) VALUES (?, ?, ?, ?, ?, ?)",
            [
                Int64(state.version), changed, card.text, reason?.rawValue, Int64(state.entries),
                Data(state.digest.short),
            ])
    }

    /// Forgets changes beyond the newest `history`, and moves the horizon up to the last one forgotten.
    private static func trim(to version: UInt64, keeping history: Int, _ db: Database) throws {
        guard version > UInt64(history) else { return }
        let base = Int64(version) - Int64(history)
        guard let row = try db.row("SELECT changed FROM hot_list_change WHERE version = ?", [base]) else { return }
        try db.run("DELETE FROM hot_list_change WHERE version < ?", [base])
        try db.run("UPDATE feed SET horizon = ?", [try row.integer("changed")])
    }
}
