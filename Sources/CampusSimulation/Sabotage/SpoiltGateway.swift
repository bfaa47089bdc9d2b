import HubProtocol
import Payments
import Terminal

/// A way to the hub that asks for holds under other ids than the terminal's.
struct SpoiltGateway: HubGateway {
    let gateway: any HubGateway

    func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        var changed = request
        changed.transaction = TransactionID(
            terminal: request.transaction.terminal, journal: request.transaction.journal,
            trace: TraceNumber(request.transaction.trace.number + 1 << 40))
        return await gateway.hold(changed, budget: budget)
    }

    func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer {
        await gateway.load(request, budget: budget)
    }

    func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage {
        try await gateway.register(registration)
    }

    func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        try await gateway.upload(batch)
    }

    func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        try await gateway.changes(after: cursor, limit: limit)
    }

    func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        try await gateway.snapshot(after: position, limit: limit)
    }
}
