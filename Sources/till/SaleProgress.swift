import ArgumentParser
import ControlProtocol
import Payments

/// What `till sale` and `till load` say while an order is open, and how they end.
struct SaleProgress {
    /// Whether a purse is filled rather than a payment taken.
    let load: Bool

    /// Says what the lane waits for, once each.
    func show(_ sale: SaleMessage, _ shown: inout String, quietly: Bool) {
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
