import HubProtocol
import Payments

/// What changed, for the terminals' replicas.
package protocol FeedStore: Sendable {
    /// One page of the feed. Balances and the terminal's acknowledgement are of the same moment.
    ///
    /// - Throws: ``HubRefusalError`` for a terminal without a journal, or a cursor that this hub never gave out.
    func changes(after cursor: UInt64, limit: Int, terminal: TerminalID, now: UnixTime) async throws -> ChangesPage
}
