import CrashPoints
import HubProtocol
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
    private let hub: any HubGateway
    private let loadBudget: Duration
    private let deliver: @Sendable () async -> Void
    private let recorded: @Sendable () -> Void
    private let owed = Mutex<[Owed]>([])
    private let abandoned: @Sendable (TransactionID) -> Void

    /// - Parameters:
    ///   - loadBudget: how long a load waits for the hub, without which there is none.
    ///   - deliver: sends the records that wait, and returns when the hub has them or cannot be reached.
    ///   - abandon: takes a number that will never have a record, to be voided.
    ///   - recorded: called after each new record, so that it is sent at once.
    package init(
        journal: any PaymentJournal, hub: any HubGateway, authorizer: Authorizer, clock: TrustedClock,
        merchant: MerchantID, loadBudget: Duration = .seconds(3),
        deliver: @escaping @Sendable () async -> Void = {},
        abandon: @escaping @Sendable (TransactionID) -> Void, recorded: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.authorizer = authorizer
        self.clock = clock
        self.merchant = merchant
        self.hub = hub
        self.loadBudget = loadBudget
        self.deliver = deliver
        abandoned = abandon
        self.recorded = recorded
    }

    /// Whether a card may pay from its own purse now.
    enum Admission {
        /// The card has a transaction whose outcome is not known: that comes first.
        case open(OpenCardTransaction)
        case refused(DeclineReason)
        case admitted
    }

    /// Whether the card may pay `amount` from its own purse.
    func admission(of card: CardEvidence, _ amount: Amount) async throws(LedgerError) -> Admission {
        try await settleOwed()
        let standing = try await journal.standing(of: card)
        if let open = standing.open { return .open(open) }
        return authorizer.purseRefusal(card, amount: amount, view: standing.view, now: clock.now())
            .map(Admission.refused) ?? .admitted
    }

    /// Whether an open transaction is what this order asks for: then it is resumed, and not paid a second time.
    func serves(_ order: SaleOrder, lane: LaneID, _ open: OpenCardTransaction) -> Bool {
        guard order.kind.isLoad == open.sale.movement.isLoad else { return false }
        if open.reference == order.reference { return true }
        let age = clock.now().since(open.intendedAt)
        return open.sale.lane == lane && open.sale.amount == order.amount && age >= .zero
            && age <= Self.resumptionLimit
    }

    /// What the hub said about a load.
    enum LoadDecision {
        /// The hub holds the amount on the account for this transaction.
        case granted(TransactionID, AccountID, LoadGrant)
        case declined(DeclineReason)
        /// Without the hub nothing is loaded.
        case unreachable
    }

    /// Asks the hub for what the card needs to take the money. Whatever the hub may hold for a load that is not granted
    /// is released by the void of its number.
    func requestLoad(
        _ request: LoadRequest, _ order: SaleOrder, lane: LaneID
    ) async throws(LedgerError) -> LoadDecision {
        // What became of an earlier load of this card must be at the hub before it signs another.
        await deliver()
        let card = CardEvidence(request.information, .unproven)
        let view = try await journal.view(of: .card(card))
        let transaction = try await journal.mint()
        let answer = await hub.load(
            LoadHoldRequest(
                transaction: transaction, amount: order.amount, card: card.card, merchant: merchant, lane: lane,
                undelivered: view.undelivered, publicInformation: request.information.bytes,
                initialization: request.initialization.bytes),
            budget: loadBudget)
        switch answer {
        case .granted(let granted):
            if let grant = LoadGrant(granted) { return .granted(transaction, granted.account, grant) }
            abandoned(transaction)
            return .unreachable
        case .declined(let reason):
            abandoned(transaction)
            return .declined(reason)
        case .none:
            abandoned(transaction)
            return .unreachable
        }
    }

    /// Takes back a load that was granted and never asked of the card.
    func giveUp(_ transaction: TransactionID) { abandoned(transaction) }

    /// Stores what is about to be asked of the card.
    ///
    /// - Parameter granted: the hub's transaction of a load; a sale gets a new one.
    func intend(
        _ sale: JournalRecord.Sale, granted: TransactionID?, reference: SaleReference
    ) async throws(LedgerError) -> TransactionID {
        let transaction = if let granted { granted } else { try await journal.mint() }
        do throws(LedgerError) {
            try await journal.intend(transaction, sale, reference: reference, now: clock.now())
            CrashPoint.intentCommitted.reach()
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
        CrashPoint.cardDebited.reach()
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

    /// The sale or load of an order, as it stands in the journal.
    ///
    /// - Parameter account: that fills the purse, as the hub said.
    func sale(
        _ order: SaleOrder, lane: LaneID, card: CardEvidence, evidence: CardTransactionEvidence?,
        account: AccountID? = nil
    ) -> JournalRecord.Sale {
        let bytes = evidence.flatMap { EvidenceBytes($0.canonicalBytes) }
        return JournalRecord.Sale(
            movement: order.kind.isLoad ? .purseLoad(bytes) : .pursePurchase(bytes), amount: order.amount,
            payer: .card(card.card, card.proof), account: account, merchant: merchant, lane: lane,
            path: order.kind.isLoad ? .online : .local)
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

extension JournalRecord.Movement {
    /// Whether it fills a purse.
    fileprivate var isLoad: Bool { if case .purseLoad = self { true } else { false } }
}

extension LoadGrant {
    /// `nil` when the hub's answer is not 7 bytes of date and time and 4 of MAC2.
    fileprivate init?(_ grant: LoadHoldAnswer.Grant) {
        guard let time = Hex.decode(grant.time), let mac2 = Hex.decode(grant.mac2) else { return nil }
        self.init(canonicalBytes: time + mac2)
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
