import HubProtocol
import Ledger
import Payments
import Terminal

/// A replica that leaves something out of what the hub tells it.
struct SpoiltReplica: ForwardingReplica {
    enum Flaw: Sendable {
        /// Hears of no card on the hot list and of none that was lost, and believes that nothing is missing.
        case noHotList
        case noPolicies
    }

    let ledger: SQLiteLedger
    let flaw: Flaw

    var replica: any Replica { ledger }

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        var page = page
        switch flaw {
        case .noHotList:
            page.hotList = nil
            page.changes.removeAll { $0.hotList != nil || $0.card.map { $0.status != .active } ?? false }
        case .noPolicies: page.changes.removeAll { $0.policy != nil }
        }
        try await ledger.apply(page, after: cursor)
    }
}
