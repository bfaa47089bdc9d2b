import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

/// What `till sale` and `till load` do and say while an order is open, and how they end.
struct SaleProgress {
    /// Whether a purse is filled rather than a payment taken.
    let load: Bool
    let client: ControlClient
    let lane: LaneID
    let reference: String
    let pins: PINOptions
    /// Whether nothing but the end is said.
    let quietly: Bool

    /// Follows the order to its end, and gives the lane the PIN that it asks for.
    func follow(_ armed: SaleMessage) async throws -> SaleMessage {
        var sale = armed
        var shown = ""
        while sale.state == .open {
            if let request = sale.pinRequest {
                sale = try await answer(request)
            } else {
                show(sale, &shown)
                sale = try await client.sale(lane: lane, reference: reference, wait: 1)
            }
        }
        return sale
    }

    private func answer(_ request: PINRequestMessage) async throws -> SaleMessage {
        let question = "\(request.english)  \(request.chinese)"
        // A file has one PIN: when that is wrong, trying it again would only lock it.
        let isUsedUp = request.repeated && pins.pinFile != nil
        guard let pin = isUsedUp ? nil : try pins.read(question), !pin.isEmpty else {
            printError("\(question): none was entered, the sale is taken back  未输入密码，交易取消")
            return try await client.cancel(lane: lane, reference: reference)
        }
        do throws(ControlClientError) {
            return try await client.enterPIN(lane: lane, reference: reference, pin: pin)
        } catch {
            guard case .refused(let problem) = error else { throw error }
            // Not one that could be a PIN, or the lane has stopped waiting: its state says what comes next.
            printError("\(problem.code): \(problem.message)")
        }
        return try await client.sale(lane: lane, reference: reference)
    }

    /// Says what the lane waits for, once each.
    private func show(_ sale: SaleMessage, _ shown: inout String) {
        let amount = Amount(fen: sale.amountFen)
        let text: String? =
            switch sale.display {
            case "presentPayment" where load: "\(amount): put the card to be filled on the reader  请放卡充值"
            case "presentPayment": "\(amount): present card or code  请刷卡或出示付款码"
            case "removeCardFirst": "remove the card first  请先取走卡片"
            case "presentSameCard": "\(amount): put the SAME card back  请放回原卡"
            case "problem": sale.problem.map { "\($0.code): \($0.message)  \($0.chinese ?? "")" }
            default: nil
            }
        guard let text, text != shown, !quietly else { return }
        shown = text
        printError(text)
    }

    /// 0 when money moved, 1 when it did not, 70 when nobody knows or something broke.
    static func exit(_ sale: SaleMessage) throws {
        switch sale.state {
        case .approved: return
        case .open, .declined, .cancelled, .expired: throw ExitCode(1)
        case .unknown, .fault: throw ExitCode(70)
        }
    }
}
