import ControlProtocol
import HubProtocol
import Hummingbird
import Payments
import Terminal

extension StatusMessage: ResponseEncodable {}
extension SaleMessage: ResponseEncodable {}
extension JournalPageMessage: ResponseEncodable {}
extension JournalExportMessage: ResponseEncodable {}
extension VerificationMessage: ResponseEncodable {}
extension SyncMessage: ResponseEncodable {}

extension StatusMessage.Lane {
    init(_ status: LaneStatus) {
        self.init(
            lane: status.lane, display: status.display.name, amountFen: status.order?.amount.fen,
            hasCard: status.hasCard,
            reader: status.reader.map { StatusMessage.Device(name: $0.name, fault: $0.fault) },
            scanner: status.scanner.map { StatusMessage.Device(name: $0.name, fault: $0.fault) })
    }
}

extension SaleMessage {
    /// A sale that is still being served.
    init(_ order: SaleOrder, lane: LaneID, display: LaneDisplay) {
        self.init(reference: order.reference.text, lane: lane, amountFen: order.amount.fen, state: .open)
        self.display = display.name
        switch display {
        case .problem(let problem), .presentSameCard(_, let problem):
            self.problem = ProblemMessage(number: problem.number, message: problem.english, chinese: problem.chinese)
        case .enterPIN(_, let request):
            pinRequest = PINRequestMessage(
                holder: request.holder == .card ? .card : .account, attemptsLeft: request.attemptsLeft,
                repeated: request.isRepeated, english: request.english, chinese: request.chinese)
        case .idle, .presentPayment, .removeCardFirst, .reading, .authorizing, .approved, .declined, .unknown, .fault,
            .refunded, .voided:
            break
        }
    }

    /// A sale that has ended.
    init(_ order: SaleOrder, lane: LaneID, outcome: SaleOutcome) {
        self.init(reference: order.reference.text, lane: lane, amountFen: order.amount.fen, state: .fault)
        switch outcome {
        case .cancelled: state = .cancelled
        case .expired: state = .expired
        case .unknown(let unknown): (state, transaction, trace) = (.unknown, unknown, unknown.trace)
        case .fault(let number, let message): problem = ProblemMessage(number: number, message: message)
        case .decided(let concluded, let timing):
            transaction = concluded.record.transaction
            trace = concluded.record.transaction.trace
            availableFen = concluded.available?.fen
            self.timing = Timing(timing)
            decidedBy = concluded.decision.path.name
            if case .offline(let cause) = concluded.decision.path { offlineCause = cause }
            switch concluded.decision {
            case .approved: (state, responseCode) = (.approved, .approved)
            case .declined(let declined, _):
                (state, responseCode, reason) = (.declined, declined.responseCode, DeclineMessage(declined))
            }
        }
    }
}

extension SaleMessage.Timing {
    init(_ timing: SaleTiming) {
        self.init(
            totalMicroseconds: timing.total.wholeMicroseconds, cardMicroseconds: timing.card.wholeMicroseconds,
            hubMicroseconds: timing.hub.wholeMicroseconds, commitMicroseconds: timing.commit.wholeMicroseconds)
    }
}

extension JournalLineMessage {
    init(_ archived: ArchivedRecord, isAcknowledged: Bool) {
        let record = archived.record
        var outcome = "voided"
        var reason: DeclineMessage?
        switch record.outcome {
        case .approved: outcome = "approved"
        case .declined(let declined): (outcome, reason) = ("declined", DeclineMessage(declined))
        case .voided: break
        case .unknown: outcome = "unknown"
        case .resolved(let resolution):
            outcome = resolution.verdict == .happened ? "resolved" : "refuted"
        }
        let payer: String? =
            switch record.sale?.payer {
            case .card(let card, _): card.description
            case .code: "code"
            case nil: nil
            }
        self.init(
            sequence: record.sequence, trace: record.transaction.trace, transaction: record.transaction,
            timeMilliseconds: record.decidedAt.milliseconds, outcome: outcome, reason: reason,
            amountFen: record.sale?.amount.fen, payer: payer, merchant: record.sale?.merchant,
            lane: record.sale?.lane, decidedBy: record.sale?.path.name, acknowledged: isAcknowledged,
            hash: archived.hash.text)
        switch record.sale?.movement {
        case .refund(let sale): (correction, corrects) = (.refund, sale)
        case .void(let sale): (correction, corrects) = (.void, sale)
        case .accountPurchase, .pursePurchase, .purseLoad, nil: break
        }
        if let subsidy = record.sale?.subsidy, subsidy > .zero { subsidyFen = subsidy.fen }
    }
}

extension AuthorizationPath {
    /// `online`, `offline` or `local`.
    fileprivate var name: String {
        switch self {
        case .online: "online"
        case .offline: "offline"
        case .local: "local"
        }
    }
}

extension Duration {
    /// Microseconds, fractions cut off.
    fileprivate var wholeMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }
}
