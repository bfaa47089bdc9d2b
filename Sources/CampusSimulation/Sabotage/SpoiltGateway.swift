import HubProtocol
import Payments
import Terminal

/// A way to the hub that changes what the terminal says.
struct SpoiltGateway: HubGateway {
    enum Flaw: Sendable {
        /// Asks for holds under other ids than the terminal's.
        case otherIDs
        /// Does not say which run of the program speaks, nor how far its journal goes.
        case anonymous
    }

    let gateway: any HubGateway
    let flaw: Flaw

    func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        guard flaw == .otherIDs else { return await gateway.hold(request, budget: budget) }
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
        guard flaw == .anonymous else { return try await gateway.register(registration) }
        var silent = registration
        (silent.session, silent.head) = (nil, nil)
        return try await gateway.register(silent)
    }

    func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        guard flaw == .anonymous else { return try await gateway.upload(batch) }
        var silent = batch
        silent.session = nil
        return try await gateway.upload(silent)
    }

    func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        try await gateway.changes(after: cursor, limit: limit)
    }

    func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        try await gateway.snapshot(after: position, limit: limit)
    }
}
