import Payments
import SmartCards

/// What one presentation may do with the card's own money, and what was decided about it. Answers a card machine's
/// `admit` and `persistIntent`.
struct PurseDesk {
    /// Why the card was stopped before it was asked for money.
    enum Stop {
        /// The card has a transaction whose outcome is not known: that comes first.
        case open(OpenCardTransaction, CardEvidence)
        /// Another card is awaited.
        case otherCard
        case declined(DeclineReason, CardEvidence)
        case journalFailed(LedgerError)
        /// A load needs the hub, and it cannot be had.
        case hubNeeded
    }

    private let service: PurseService
    private let order: SaleOrder
    private let lane: LaneID
    /// The order's open transaction, whose card must come again.
    private let awaiting: TransactionID?
    private(set) var admitted: CardEvidence?
    /// The hub's transaction of a load, and the account that fills the purse.
    private(set) var granted: (transaction: TransactionID, account: AccountID)?
    /// Set when a machine was told no.
    private(set) var stop: Stop?
    /// The intended transaction and its sale, from the moment the card may have been asked for money.
    private(set) var intended: (transaction: TransactionID, sale: JournalRecord.Sale)?

    init(service: PurseService, order: SaleOrder, lane: LaneID, awaiting: TransactionID?) {
        self.service = service
        self.order = order
        self.lane = lane
        self.awaiting = awaiting
    }

    mutating func admit(_ card: CardEvidence) async -> Bool {
        do throws(LedgerError) {
            stop = try await reasonToStop(card)
        } catch {
            stop = .journalFailed(error)
        }
        admitted = card
        return stop == nil
    }

    private func reasonToStop(_ card: CardEvidence) async throws(LedgerError) -> Stop? {
        switch try await service.admission(of: card, order.amount) {
        case .open(let open) where awaiting == nil || open.transaction == awaiting: return .open(open, card)
        case _ where awaiting != nil: return .otherCard
        case .open(let open): return .open(open, card)
        case .refused(let reason): return .declined(reason, card)
        case .admitted: return nil
        }
    }

    /// Answers a card machine's `requestLoad`.
    mutating func requestLoad(_ request: LoadRequest) async -> CardEvent {
        guard await admit(CardEvidence(request.information, .unproven)) else { return .loadRefused(.refusedByIssuer) }
        do throws(LedgerError) {
            switch try await service.requestLoad(request, order, lane: lane) {
            case .granted(let transaction, let account, let grant):
                granted = (transaction, account)
                return .loadGranted(grant)
            case .declined(let reason): stop = admitted.map { .declined(reason, $0) }
            case .unreachable: stop = .hubNeeded
            }
        } catch {
            stop = .journalFailed(error)
        }
        return .loadRefused(.refusedByIssuer)
    }

    mutating func persist(_ evidence: CardTransactionEvidence) async -> Bool {
        guard let card = admitted else { fatalError("a card is asked for money only after its admission") }
        let sale = service.sale(order, lane: lane, card: card, evidence: evidence, account: granted?.account)
        do throws(LedgerError) {
            let transaction = try await service.intend(
                sale, granted: granted?.transaction, reference: order.reference)
            intended = (transaction, sale)
            return true
        } catch {
            stop = .journalFailed(error)
            return false
        }
    }
}
