import GRDB
import HubProtocol
import Payments

/// Reading everything that a replica holds, page by page, in the order of the entities' own ids.
enum SnapshotTable {
    /// Kinds of entities in the order in which they are read. The small ones come last, in one page.
    enum Section: String, CaseIterable {
        case accounts, cards, hotList, settings

        var following: Section? { Self.allCases.firstIndex(of: self).flatMap { Self.allCases.dropFirst($0 + 1).first } }
    }

    /// Where a page starts: a kind, and the id of the entity before. On the wire it is text: `17.cards:` or
    /// `17.cards:ID`.
    struct Position {
        /// The feed's epoch in which the first page was read. Pages of two epochs are no snapshot: the hub of the
        /// second may be a copy that lacks what the first pages said.
        var epoch: UInt64
        var section: Section
        /// Empty at a section's start.
        var after = ""

        init(epoch: UInt64, section: Section = .accounts, after: String = "") {
            self.epoch = epoch
            self.section = section
            self.after = after
        }

        /// - Returns: `nil` for text that no page gave out.
        init?(text: String) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let kind = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, kind.count == 2, let epoch = UInt64(kind[0]),
                let section = Section(rawValue: String(kind[1]))
            else { return nil }
            self.init(epoch: epoch, section: section, after: String(parts[1]))
        }

        var text: String { "\(epoch).\(section.rawValue):\(after)" }
    }

    /// At most `limit` entities from `position` on, all of one kind, and where the next page starts.
    static func page(
        from position: Position, limit: Int, _ db: Database
    ) throws -> (changes: [ChangeMessage], next: Position?) {
        let changes: [ChangeMessage]
        var last: String?
        switch position.section {
        case .accounts:
            changes = try FeedTable.accounts(afterID: Int64(position.after) ?? 0, limit: limit, db)
            last = changes.last?.account.map { String($0.id.number) }
        case .cards:
            changes = try FeedTable.cards(afterID: position.after, limit: limit, db)
            last = changes.last?.card?.id.text
        case .hotList:
            changes = try hotList(after: position.after, limit: limit, db)
            last = changes.last?.hotList?.card.text
        case .settings: changes = try FeedTable.settings(db)
        }
        if changes.count == limit, let last {
            return (changes, Position(epoch: position.epoch, section: position.section, after: last))
        }
        return (changes, position.section.following.map { Position(epoch: position.epoch, section: $0) })
    }

    private static func hotList(after card: String, limit: Int, _ db: Database) throws -> [ChangeMessage] {
        try db.rows(
            """
            SELECT changed, card, reason FROM hot_list WHERE card > ? AND reason IS NOT NULL ORDER BY card LIMIT ?
            """, [card, limit]
        ).map { row in
            ChangeMessage(
                cursor: try row.unsigned("changed"),
                hotList: HotListMessage(card: try row.identifier("card"), reason: try row.optionalReason("reason")))
        }
    }
}
