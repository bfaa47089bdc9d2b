import Crypto
import HubProtocol
import Ledger
import Payments
import Terminal

/// A replica that leaves something out of what the hub tells it.
struct SpoiltReplica: ForwardingReplica {
    enum Flaw: Sendable {
        /// Never takes a card on its hot list, and believes that nothing is missing: it signs an empty list itself.
        case noHotList
        case noPolicies
    }

    let ledger: SQLiteLedger
    let flaw: Flaw

    var replica: any Replica { ledger }

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        switch flaw {
        case .noHotList: try await applyWithoutHotList(page, after: cursor)
        case .noPolicies:
            var page = page
            page.changes.removeAll { $0.policy != nil }
            try await ledger.apply(page, after: cursor)
        }
    }

    private func applyWithoutHotList(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        let key = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        guard let hub = try await ledger.hubKey(),
            let empty = try? HotListVersionMessage(HotListState().summary, key: key)
        else { return try await ledger.apply(page, after: cursor) }
        var page = page
        page.changes.removeAll { $0.hotList != nil }
        page.hotList = empty
        try await ledger.replace(hubKey: key.verifyingKey)
        let applied: Result<Void, LedgerError>
        do throws(LedgerError) {
            applied = .success(try await ledger.apply(page, after: cursor))
        } catch {
            applied = .failure(error)
        }
        try await ledger.replace(hubKey: hub)
        try applied.get()
    }
}
