import Payments
import SmartCards

/// What the lane shows: to the cashier through the control interface, to a display adapter later.
package enum LaneDisplay: Sendable, Hashable {
    case idle
    /// Waiting for a card or code.
    case presentPayment(Amount)
    /// The card of the last sale must leave before the next payment.
    case removeCardFirst(Amount)
    /// Nobody knows yet whether the card paid: the same card must come again.
    case presentSameCard(Amount, PresentationProblem)
    case reading
    case authorizing
    /// 请输入密码: the payer enters a PIN at the cashier's interface.
    case enterPIN(Amount, PINRequest)
    /// Nothing was debited; the payer may try again.
    case problem(PresentationProblem)
    case approved(Amount, available: Amount?)
    case declined(DeclineReason)
    /// 退款: money of an earlier sale went back.
    case refunded(Amount)
    /// 撤销: the last sale was taken back.
    case voided(Amount)
    /// The order ended without anybody knowing whether the card paid.
    case unknown
    case fault(number: Int)

    /// What the reader's lights and buzzer say; `nil` when nothing changes for them.
    var signal: ReaderSignal? {
        switch self {
        case .approved, .refunded, .voided: .accepted
        case .declined, .unknown, .fault: .refused
        case .problem, .presentSameCard, .removeCardFirst: .presentAgain
        case .idle, .presentPayment: .idle
        case .reading, .authorizing, .enterPIN: nil
        }
    }

    /// One word for status output.
    package var name: String {
        switch self {
        case .idle: "idle"
        case .presentPayment: "presentPayment"
        case .removeCardFirst: "removeCardFirst"
        case .presentSameCard: "presentSameCard"
        case .reading: "reading"
        case .authorizing: "authorizing"
        case .enterPIN: "enterPIN"
        case .problem: "problem"
        case .approved: "approved"
        case .declined: "declined"
        case .refunded: "refunded"
        case .voided: "voided"
        case .unknown: "unknown"
        case .fault: "fault"
        }
    }
}
