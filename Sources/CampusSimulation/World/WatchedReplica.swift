import HubProtocol
import Payments
import Terminal

/// The replica, with a word to the campus about each page that is durable in it.
struct WatchedReplica: ForwardingReplica {
    let replica: any Replica
    let applied: @SimulationActor @Sendable (ChangesPage) async -> Void

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        try await replica.apply(page, after: cursor)
        await applied(page)
    }
}
