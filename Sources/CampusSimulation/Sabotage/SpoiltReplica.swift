import HubProtocol
import Payments
import Terminal

/// A replica that leaves cards and hot list out once it has some.
struct SpoiltReplica: ForwardingReplica {
    let replica: any Replica

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        var page = page
        if cursor > 0 { page.changes.removeAll { $0.hotList != nil || $0.card != nil } }
        try await replica.apply(page, after: cursor)
    }
}
