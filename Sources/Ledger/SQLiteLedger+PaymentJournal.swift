import Payments
import Synchronization
import Terminal

extension SQLiteLedger: PaymentJournal {
    package nonisolated func mint() async throws(LedgerError) -> TransactionID {
        if let trace = numbers.withLock({ $0.take() }) { return name.transaction(trace) }
        return try await mintAfterReserving()
    }

    package func view(of instrument: Instrument) throws(LedgerError) -> LedgerView {
        let knowledge = try policyKnowledge()
        return try read { try PayerKnowledge($0, instrument, standing: standing, policy: knowledge).view }
    }

    /// A conclusion that fails has changed nothing, and may be tried again under the same id. One caveat is the
    /// disk's: while the journal is in doubt (``overwriteFailedCommit()``), a power cut or a kill may bring the record
    /// back. The id has one effect then too, and the hub learns of it like of any other record.
    package nonisolated func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) async throws(LedgerError) -> ConcludedTransaction {
        let settled = try await settle(.sale(request, hub: hub, authorizer: authorizer), now: now)
        guard let record = settled.record, let decision = settled.decision else { throw Self.recordMissing }
        return ConcludedTransaction(
            record: record, decision: decision, available: settled.available, commitTime: settled.commitTime)
    }

    package func standing(of card: CardEvidence) throws(LedgerError) -> CardStanding {
        CardStanding(open: try openCardTransaction(of: card.card), view: try view(of: .card(card)))
    }

    /// The card's transaction with its own money that is still open.
    package func openCardTransaction(of card: CardID) throws(LedgerError) -> OpenCardTransaction? {
        try read { try CardIntentTable.intent($0, of: card, in: name) }
    }

    /// One that fails has stored nothing, and the number may be voided.
    ///
    /// - Throws: ``LedgerError/Code/cardTransactionOpen`` when the card has an open transaction,
    ///   ``LedgerError/Code/intentMismatch`` when the sale could not be recorded as unknown, or the number is intended
    ///   already.
    package nonisolated func intend(
        _ transaction: TransactionID, _ sale: JournalRecord.Sale, reference: SaleReference, now: UnixTime
    ) async throws(LedgerError) {
        guard sale.fits(.unknown) else { throw LedgerError(.intentMismatch, detail: "incomplete sale") }
        _ = try await settle(.intent(transaction, sale, reference), now: now)
    }

    /// - Throws: ``LedgerError/Code/intentMismatch`` when the sale lacks what the outcome needs, moves other money than
    ///   its intent, or there is no intent of something that is not declined.
    package nonisolated func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, now: UnixTime
    ) async throws(LedgerError) -> StoredRecord {
        guard sale.fits(outcome) else { throw LedgerError(.intentMismatch, detail: "incomplete sale") }
        let settled = try await settle(.record(transaction, outcome, sale), now: now)
        guard let record = settled.record else { throw Self.recordMissing }
        return StoredRecord(record: record, commitTime: settled.commitTime)
    }

    /// A number whose card was asked for its own money cannot be voided any more
    /// (``LedgerError/Code/intentMismatch``).
    package nonisolated func void(_ transaction: TransactionID, now: UnixTime) async throws(LedgerError) {
        _ = try await settle(.void(transaction), now: now)
    }

    /// A commit gives back another kind of result than it was asked for: a defect.
    private static var recordMissing: LedgerError { LedgerError(.writeFailed, detail: "no record in the result") }

    nonisolated func settle(_ work: PendingWrite.Work, now: UnixTime) async throws(LedgerError) -> SettledWrite {
        try await settle(waiting.withLock { $0.append(PendingWrite(work: work, now: now)) })
    }

    /// Several lanes may come here together; all but the first find numbers reserved.
    private func mintAfterReserving() throws(LedgerError) -> TransactionID {
        try requireUncontested()
        while true {
            if let trace = numbers.withLock({ $0.take() }) { return name.transaction(trace) }
            var changed = standing
            changed.row.reservedThrough += reservationWindow
            try commit(changed)
            numbers.withLock { $0.extend(through: standing.row.reservedThrough) }
        }
    }
}
