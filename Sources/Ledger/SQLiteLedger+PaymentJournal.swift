import Payments
import Synchronization
import Terminal

extension SQLiteLedger: PaymentJournal {
    package nonisolated func mint() async throws(LedgerError) -> TransactionID {
        if let trace = numbers.withLock({ $0.take() }) { return name.transaction(trace) }
        return try await mintAfterReserving()
    }

    package func view(of instrument: Instrument) throws(LedgerError) -> LedgerView {
        try read { try PayerKnowledge($0, instrument, standing: standing).view }
    }

    /// A conclusion that fails has changed nothing, and may be tried again under the same id. One caveat is the
    /// disk's: after a failed write and a power cut before the next good one, SQLite may find the record whole in its
    /// log and keep it. The id has one effect then too, and the hub learns of it like of any other record.
    package nonisolated func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) async throws(LedgerError) -> ConcludedTransaction {
        let pending = PendingConclusion(work: .sale(request, hub: hub, authorizer: authorizer), now: now)
        return try await settle(waiting.withLock { $0.append(pending) })
    }

    package nonisolated func void(_ transaction: TransactionID, now: UnixTime) async throws(LedgerError) {
        let pending = PendingConclusion(work: .void(transaction), now: now)
        _ = try await settle(waiting.withLock { $0.append(pending) })
    }

    /// Several lanes may come here together; all but the first find numbers reserved.
    private func mintAfterReserving() throws(LedgerError) -> TransactionID {
        while true {
            if let trace = numbers.withLock({ $0.take() }) { return name.transaction(trace) }
            var changed = standing
            changed.row.reservedThrough += reservationWindow
            try commit(changed)
            numbers.withLock { $0.extend(through: changed.row.reservedThrough) }
        }
    }
}
