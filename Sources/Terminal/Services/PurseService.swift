import Payments
import SmartCards
import Synchronization

/// The journal's side of payments from a card's own money: admission, intent, end, and what became of an open one.
///
/// Two commits per payment: the intent before the card is asked for money, and the record after it answered. At any
/// moment at which the power may go, the journal knows at least what the card knows.
package final class PurseService: Sendable {
    /// A record that the journal could not take. The card's money may have moved, so it is written as unknown as soon
    /// as the journal takes records again.
    private struct Owed {
        var transaction: TransactionID
        var sale: JournalRecord.Sale
    }

    /// How old an open transaction may be to be taken for the same customer's order, when the order's own reference is
    /// another: the cashier who saw a crash or gave up rings the amount up again within minutes.
    private static let resumptionLimit: Duration = .seconds(600)

    private let journal: any PaymentJournal
    private let authorizer: Authorizer
    private let clock: TrustedClock
    private let merchant: MerchantID
    private let recorded: @Sendable () -> Void
    private let owed = Mutex<[Owed]>([])
    private let abandoned: @Sendable (TransactionID) -> Void

    /// - Parameters:
    ///   - abandon: takes a number that will never have a record, to be voided.
    ///   - recorded: called after each new record, so that it is sent at once.
    package init(
        journal: any PaymentJournal, authorizer: Authorizer, clock: TrustedClock, merchant: MerchantID,
        abandon: @escaping @Sendable (TransactionID) -> Void, recorded: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.authorizer = authorizer
        self.clock = clock
        self.merchant = merchant
        abandoned = abandon
        self.recorded = recorded
    }

    /// The card's transaction whose outcome is not known.
    func openTransaction(of card: CardID) async throws(LedgerError) -> OpenCardTransaction? {
        try await settleOwed()
        return try await journal.openCardTransaction(of: card)
    }

    /// Whether an open transaction is what this order asks for: then it is resumed, and not paid a second time.
    func serves(_ order: SaleOrder, lane: LaneID, _ open: OpenCardTransaction) -> Bool {
        if open.reference == order.reference { return true }
        let age = clock.now().since(open.intendedAt)
        return open.sale.lane == lane && open.sale.amount == order.amount && age >= .zero
            && age <= Self.resumptionLimit
    }

    /// Why the card may not pay from its own purse; `nil` when it may.
    func refusal(_ card: CardEvidence, _ amount: Amount) async throws(LedgerError) -> DeclineReason? {
        let view = try await journal.view(of: .card(card))
        return authorizer.purseRefusal(card, amount: amount, view: view, now: clock.now())
    }

    /// Stores what is about to be asked of the card.
    func intend(
        _ sale: JournalRecord.Sale, reference: SaleReference
    ) async throws(LedgerError) -> TransactionID {
        let transaction = try await journal.mint()
        do throws(LedgerError) {
            try await journal.intend(transaction, sale, reference: reference, now: clock.now())
            return transaction
        } catch {
            abandoned(transaction)
            throw error
        }
    }

    /// Stores an order that was refused before the card was asked for money.
    func decline(_ reason: DeclineReason, _ sale: JournalRecord.Sale) async throws(LedgerError) -> ConcludedTransaction
    {
        try await store(.declined(reason), sale, decision: .declined(reason, .local))
    }

    /// Stores how an intended transaction ended. When the journal cannot take it, it is owed as unknown.
    func conclude(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale
    ) async throws(LedgerError) -> StoredRecord {
        do throws(LedgerError) {
            let stored = try await journal.record(transaction, outcome, sale, now: clock.now())
            recorded()
            return stored
        } catch {
            owed.withLock { $0.append(Owed(transaction: transaction, sale: sale)) }
            throw error
        }
    }

    /// Stores what became of an open transaction.
    ///
    /// - Parameter sale: the open transaction's, with the evidence as far as it is known now.
    func resolve(
        _ open: OpenCardTransaction, _ verdict: Resolution.Verdict, _ sale: JournalRecord.Sale
    ) async throws(LedgerError) -> ConcludedTransaction {
        let decision: Decision =
            verdict == .happened ? .approved(.local) : .declined(.transactionVoided, .local)
        return try await store(
            .resolved(Resolution(subject: open.transaction, verdict: verdict)), sale, decision: decision)
    }

    /// The sale of an order, as it stands in the journal.
    func sale(
        _ order: SaleOrder, lane: LaneID, card: CardEvidence, evidence: CardTransactionEvidence?
    ) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: .pursePurchase(evidence.flatMap { EvidenceBytes($0.canonicalBytes) }), amount: order.amount,
            payer: .card(card.card, card.proof), account: nil, merchant: merchant, lane: lane, path: .local)
    }

    /// Writes the records that are still owed. Called before a card's open transaction is looked up, and by the sync
    /// service; a failure keeps them for the next time.
    package func settleOwed() async throws(LedgerError) {
        while let next = owed.withLock({ $0.first }) {
            try await settle(next)
            owed.withLock { $0.removeAll { $0.transaction == next.transaction } }
        }
    }

    private func settle(_ next: Owed) async throws(LedgerError) {
        do throws(LedgerError) {
            _ = try await journal.record(next.transaction, .unknown, next.sale, now: clock.now())
            recorded()
        } catch {
            // Not open any more: the commit had succeeded after all.
            guard error.code == .transactionNotOpen else { throw error }
        }
    }

    private func store(
        _ outcome: Outcome, _ sale: JournalRecord.Sale, decision: Decision
    ) async throws(LedgerError) -> ConcludedTransaction {
        let transaction = try await journal.mint()
        do throws(LedgerError) {
            let stored = try await journal.record(transaction, outcome, sale, now: clock.now())
            recorded()
            return ConcludedTransaction(
                record: stored.record, decision: decision, available: sale.purseBalanceAfter,
                commitTime: stored.commitTime)
        } catch {
            abandoned(transaction)
            throw error
        }
    }
}

extension JournalRecord.Sale {
    /// What is left in the card's purse, as far as the evidence says.
    var purseBalanceAfter: Amount? {
        guard let bytes = movement.evidence?.bytes, let evidence = CardTransactionEvidence(canonicalBytes: bytes)
        else { return nil }
        return Amount(fen: evidence.balanceAfter)
    }
}
