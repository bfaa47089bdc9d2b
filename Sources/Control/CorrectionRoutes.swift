import ControlProtocol
import Hummingbird
import Payments
import Terminal

extension CorrectionMessage: ResponseEncodable {}

/// The paths of refunds and voids. Who may use the socket may correct: the file's permissions are the only gate.
struct CorrectionRoutes {
    let core: TerminalCore

    func add(to v1: RouterGroup<BasicRequestContext>) {
        v1.put("/corrections/{reference}") { request, context in try await correct(request, context) }
        v1.get("/corrections/{reference}") { _, context in try await stored(context) }
    }

    private func correct(_ request: Request, _ context: BasicRequestContext) async throws -> CorrectionMessage {
        let reference = try reference(context)
        let wanted: CorrectionOrderMessage
        do {
            wanted = try await request.decode(as: CorrectionOrderMessage.self, context: context)
        } catch {
            throw LaneRefusal(.requestMalformed)
        }
        let order = try order(wanted)
        switch try await core.corrections.correct(CorrectionRequest(reference: reference, order: order)) {
        case .refused(let refusal): throw refusal
        case .stored(let stored):
            if !stored.isRepeated, let sale = stored.record.sale {
                await core.lanes.first { $0.id == sale.lane }?.show(sale)
            }
            return try message(stored)
        }
    }

    private func stored(_ context: BasicRequestContext) async throws -> CorrectionMessage {
        guard let stored = try await core.corrections.correction(under: reference(context)) else {
            throw LaneRefusal(.saleUnknown)
        }
        return try message(stored)
    }

    private func message(_ stored: StoredCorrection) throws(LedgerError) -> CorrectionMessage {
        guard let message = CorrectionMessage(stored) else { throw LedgerError(.damaged, detail: "correction") }
        return message
    }

    private func order(_ message: CorrectionOrderMessage) throws -> CorrectionOrder {
        switch (message.kind, message.transaction, message.lane, message.amountFen) {
        case (.refund, let sale?, nil, nil): return .refund(sale, amount: nil)
        case (.refund, let sale?, nil, let fen?):
            let amount = Amount(fen: fen)
            guard amount > .zero, amount <= .saleMaximum else { throw CorrectionRefusal(.amountInvalid) }
            return .refund(sale, amount: amount)
        case (.void, let sale, let lane?, nil): return .void(try core.lane(lane).id, sale: sale)
        default: throw LaneRefusal(.requestMalformed)
        }
    }

    private func reference(_ context: BasicRequestContext) throws(LaneRefusal) -> SaleReference {
        guard let reference = SaleReference(text: context.parameters.get("reference") ?? "") else {
            throw LaneRefusal(.referenceInvalid)
        }
        return reference
    }
}

extension CorrectionMessage {
    /// `nil` for records that are about no money, which no journal stores as a correction.
    fileprivate init?(_ stored: StoredCorrection) {
        guard let money = stored.record.sale, let sold = stored.sale.sale else { return nil }
        var kind = CorrectionOrderMessage.Kind.refund
        if case .void = money.movement { kind = .void }
        let payer: String =
            switch sold.payer {
            case .card(let card, _): card.description
            case .code: "code"
            }
        self.init(
            reference: stored.reference.text, kind: kind, transaction: stored.record.transaction,
            trace: stored.record.transaction.trace, amountFen: money.amount.fen, subsidyFen: money.subsidy.fen,
            timeMilliseconds: stored.record.decidedAt.milliseconds,
            sale: Sale(
                transaction: stored.sale.transaction, trace: stored.sale.transaction.trace,
                amountFen: sold.amount.fen, timeMilliseconds: stored.sale.decidedAt.milliseconds, lane: sold.lane,
                payer: payer, correctedFen: stored.corrected.fen, cardPursePaid: sold.movement.isCardMoney),
            repeated: stored.isRepeated)
    }
}
