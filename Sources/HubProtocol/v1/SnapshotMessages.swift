import Payments

/// `GET /v1/snapshot?after=POSITION&limit=N`: everything that a replica holds, page by page, for a terminal whose
/// cursor is too old or that has none.
///
/// Pages are read one after another while the hub goes on working. What a terminal has after the last page is complete
/// once it has also applied the changes from the first page's ``cursor`` to at least the last page's.
package struct SnapshotPage: Codable, Sendable, Hashable {
    /// Entities in their state when the page was read. Their cursors say when each last changed; they do not rise.
    package var changes: [ChangeMessage]
    /// The feed's cursor when the page was read.
    package var cursor: UInt64
    /// What to ask for next; absent on the last page.
    package var next: String?
    /// How far the hub had this terminal's journal when the page was read.
    package var acknowledged: Acknowledgement
    /// The hot list's version when the page was read.
    package var hotList: HotListVersionMessage
    package var hubTimeMilliseconds: Int64

    package init(
        changes: [ChangeMessage], cursor: UInt64, next: String?, acknowledged: Acknowledgement,
        hotList: HotListVersionMessage, hubTime: UnixTime
    ) {
        self.changes = changes
        self.cursor = cursor
        self.next = next
        self.acknowledged = acknowledged
        self.hotList = hotList
        hubTimeMilliseconds = hubTime.milliseconds
    }
}
