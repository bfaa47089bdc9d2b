import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func changes(
        after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> ChangesPage {
        let (page, summary) = try await read { db in
            let journal = try Self.registeredJournal(terminal, db)
            let bounds = try FeedTable.bounds(db)
            guard cursor <= bounds.newest else {
                throw HubRefusalError(
                    .cursorTooOld,
                    "after: this hub never gave out that cursor: it was restored from an older copy; fetch a snapshot")
            }
            guard cursor >= bounds.horizon else {
                throw HubRefusalError(.cursorTooOld, "after: changes from so far back are not kept; fetch a snapshot")
            }
            let changes = try FeedTable.changes(after: cursor, limit: limit + 1, db)
            let page = Array(changes.prefix(limit))
            let end = page.last?.cursor ?? cursor
            return (
                ChangesPage(
                    changes: page, cursor: end, more: changes.count > limit, acknowledged: journal.acknowledged,
                    hubTime: now), try HotListTable.summary(at: end, db)
            )
        }
        levels.withLock { $0[terminal] = now }
        var signed = page
        signed.hotList = try sign(summary)
        return signed
    }

    package func snapshot(
        after position: String?, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> SnapshotPage {
        guard let position = position.map(SnapshotTable.Position.init(text:)) ?? .start else {
            throw HubRefusalError(.malformedRequest, "after: not a position that a page gave out")
        }
        let (read, cursor, acknowledged, summary) = try await read { db in
            let journal = try Self.registeredJournal(terminal, db)
            let cursor = try FeedTable.cursor(db)
            return (
                try SnapshotTable.page(from: position, limit: limit, db), cursor, journal.acknowledged,
                try HotListTable.summary(at: cursor, db)
            )
        }
        guard let hotList = try sign(summary) else {
            throw HubRefusalError(.notPermittedInThisState, "this hub has no signing key")
        }
        return SnapshotPage(
            changes: read.changes, cursor: cursor, next: read.next?.text, acknowledged: acknowledged, hotList: hotList,
            hubTime: now)
    }

    private static func registeredJournal(_ terminal: TerminalID, _ db: Database) throws -> JournalState {
        guard let journal = try JournalTable.current(of: terminal, db) else {
            throw HubRefusalError(.journalUnknown, "the terminal has registered no journal")
        }
        do {
            try SessionTable.requireUncontested(journal, db)
        } catch let rejection as BatchRejection {
            throw rejection.refusal
        }
        return journal
    }

    /// Most pages are about the newest version, which is signed once.
    ///
    /// - Returns: `nil` in a store that has adopted no key.
    private func sign(_ summary: HotListSummary) throws -> HotListVersionMessage? {
        if let signed = signedHotList.withLock({ $0 }), signed.version == summary.version { return signed }
        guard let key = signingKey.withLock({ $0 }) else { return nil }
        let signed = try HotListVersionMessage(summary, key: key)
        signedHotList.withLock { newest in
            if newest.map({ $0.version < signed.version }) ?? true { newest = signed }
        }
        return signed
    }
}
