import HubProtocol
import Payments

/// What changed, for the terminals' replicas.
package protocol FeedStore: Sendable {
    /// Begins a new epoch of the feed, as every start of a hub does. Its cursors begin a random distance above the
    /// last: where this is a copy older than the hub that it stands in for, the cursors that the lost hub gave out
    /// since are refused ever after, whatever number the feed has reached by then.
    ///
    /// - Parameter random: 64 random bits.
    func beginFeedEpoch(random: UInt64) async throws

    /// One page of the feed. Balances and the terminal's acknowledgement are of the same moment.
    ///
    /// - Throws: ``HubRefusalError`` for a terminal without a journal, or a cursor that this hub never gave out.
    func changes(after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime) async throws -> ChangesPage

    /// One page of everything that a replica holds. Refused with `malformedRequest` for a position that no page gave
    /// out since the feed's epoch began.
    ///
    /// - Parameter position: `nil` for the first page.
    func snapshot(
        after position: String?, limit: Int, terminal: TerminalID, now: UnixTime
    ) async throws -> SnapshotPage
}
