import HubProtocol
import Payments

/// What changed, for the terminals' replicas.
package protocol FeedStore: Sendable {
    /// One page of the feed. Balances and the terminal's acknowledgement are of the same moment.
    ///
    /// - Throws: ``HubRefusalError`` for a terminal without a journal, or a cursor that this hub never gave out.
    func changes(after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime) async throws -> ChangesPage

    /// One page of everything that a replica holds. Refused with `malformedRequest` for a position that no page gave
    /// out.
    ///
    /// - Parameter position: `nil` for the first page.
    func snapshot(
        after position: String?, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> SnapshotPage
}
