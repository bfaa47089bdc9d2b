import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func beginFeedEpoch(random: UInt64) async throws {
        try await write { db in try FeedTable.beginEpoch(gap: random >> 24 + 1, db) }
    }

    package func changes(
        after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> ChangesPage {
        let (page, summary) = try await read { db in
            let journal = try Self.registeredJournal(terminal, db)
            guard try FeedTable.mayHaveGivenOut(cursor, db) else {
                throw HubRefusalError(
                    .cursorTooOld,
                    "after: this hub never gave out that cursor: it was restored from an older copy; fetch a snapshot")
            }
            guard try cursor >= FeedTable.bounds(db).horizon else {
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
        let flaw = HubRefusalError(.malformedRequest, "after: not a position that a page of this hub's run gave out")
        let asked = try position.map { text in
            guard let position = SnapshotTable.Position(text: text) else { throw flaw }
            return position
        }
        let (read, cursor, acknowledged, summary) = try await read { db in
            let journal = try Self.registeredJournal(terminal, db)
            let (cursor, epoch) = (try FeedTable.cursor(db), try FeedTable.epoch(db))
            let position = asked ?? SnapshotTable.Position(epoch: epoch)
            guard position.epoch == epoch else { throw flaw }
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
