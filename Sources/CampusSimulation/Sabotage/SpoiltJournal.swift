import Payments
import Terminal

/// A journal that is used wrongly.
struct SpoiltJournal: PaymentJournal {
    enum Flaw: Sendable {
        /// Says what will be stored before it is.
        case late
        /// Stores intents only with their ends.
        case noIntent
        /// Stores codes under another number, so that the same one is taken again.
        case forgottenCodes
        /// Believes that every payer typed the right PIN.
        case anyPIN
    }

    let journal: any PaymentJournal
    let archive: any SendQueue
    let timeline: Timeline
    let flaw: Flaw

    func mint() async throws(LedgerError) -> TransactionID { try await journal.mint() }

    func view(of instrument: Instrument) async throws(LedgerError) -> LedgerView {
        var view = try await journal.view(of: instrument)
        if flaw == .forgottenCodes { view.codeUsed = false }
        return view
    }

    func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) async throws(LedgerError) -> ConcludedTransaction {
        switch flaw {
        case .anyPIN:
            var changed = request
            changed.pin = .correct
            return try await journal.conclude(changed, hub: hub, authorizer: authorizer, now: now)
        case .noIntent: return try await journal.conclude(request, hub: hub, authorizer: authorizer, now: now)
        case .forgottenCodes:
            var changed = request
            if case .code(var evidence) = request.instrument {
                evidence.reference = CodeReference(
                    keyID: evidence.reference.keyID, serial: request.transaction.trace.number)
                changed.instrument = .code(evidence)
            }
            return try await journal.conclude(changed, hub: hub, authorizer: authorizer, now: now)
        case .late:
            let view = try await journal.view(of: request.instrument)
            let decision = authorizer.decide(request, view: view, hub: hub, now: now)
            guard decision.isApproved, let account = account(view, hub) else {
                return try await journal.conclude(request, hub: hub, authorizer: authorizer, now: now)
            }
            let sequence = try await archive.figures().sequence + 1
            let cursor = try await archive.figures().replicaCursor
            timeline.schedule(after: .seconds(2)) { [journal] in
                _ = try? await journal.conclude(request, hub: hub, authorizer: authorizer, now: now)
            }
            let payer: JournalRecord.Payer =
                switch request.instrument {
                case .card(let evidence): .card(evidence.card, evidence.proof)
                case .code(let evidence): .code(evidence.reference)
                }
            let sale = JournalRecord.Sale(
                amount: request.amount, payer: payer, account: account, merchant: request.merchant,
                lane: request.lane, path: decision.path)
            let record = JournalRecord(
                sequence: sequence, transaction: request.transaction, outcome: .approved, sale: sale, decidedAt: now,
                replicaCursor: cursor)
            return ConcludedTransaction(record: record, decision: decision, available: nil, commitTime: .zero)
        }
    }

    private func account(_ view: LedgerView, _ hub: HubAnswer) -> AccountID? {
        if case .held(let account, _, _) = hub { account } else { view.account?.id }
    }

    func standing(of card: CardEvidence) async throws(LedgerError) -> CardStanding {
        try await journal.standing(of: card)
    }

    func intend(
        _ transaction: TransactionID, _ sale: JournalRecord.Sale, reference: SaleReference, now: UnixTime
    ) async throws(LedgerError) {
        if flaw == .noIntent { return }
        try await journal.intend(transaction, sale, reference: reference, now: now)
    }

    func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, now: UnixTime
    ) async throws(LedgerError) -> StoredRecord {
        if flaw == .noIntent, outcome == .approved, let reference = SaleReference(text: "late") {
            try await journal.intend(transaction, sale, reference: reference, now: now)
        }
        return try await journal.record(transaction, outcome, sale, now: now)
    }

    func void(_ transaction: TransactionID, now: UnixTime) async throws(LedgerError) {
        try await journal.void(transaction, now: now)
    }
}
