import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func changes(
        after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> ChangesPage {
        try await read { db in
            guard let journal = try JournalTable.current(of: terminal, db) else {
                throw HubRefusalError(.journalUnknown, "the terminal has registered no journal")
            }
            guard try cursor <= FeedTable.cursor(db) else {
                throw HubRefusalError(
                    .notPermittedInThisState,
                    "after: this hub never gave out that cursor; it was restored from an older copy, or is another hub")
            }
            let changes = try FeedTable.changes(after: cursor, limit: limit + 1, db)
            let page = Array(changes.prefix(limit))
            return ChangesPage(
                changes: page, cursor: page.last?.cursor ?? cursor, more: changes.count > limit,
                acknowledged: journal.acknowledged, hubTime: now)
        }
    }
}
