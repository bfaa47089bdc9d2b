import Payments

/// Why money moved.
package enum PostingKind: String, Codable, Sendable, CaseIterable {
    /// A sale that a terminal's journal record posted.
    case purchase
    /// Money paid in.
    case topUp
    /// A merchant gave back what a sale took, or a part of it.
    case refund
    /// A merchant gave back a whole sale just after it.
    case void
    /// The part of money paid in that ends a debt.
    case debtRecovery
    /// Subsidy given to an account.
    case subsidyGrant
    /// Subsidy whose time has ended, taken back; or what was overspent of it, moved to the account's cash.
    case subsidyExpiry
    /// A sale that a card's own purse paid, by the terminal's record or by what was found out later.
    case pursePurchase
    /// Money that went from an account into a card's own purse.
    case purseLoad
    /// Takes a purse posting back that was concluded from the card's serials and proved wrong.
    case purseReversal
    /// What a card held before the books knew it.
    case purseOpening
    /// Brings the books to what the card shows.
    case purseCorrection
    /// What two persons of the office decided; its adjustment says why.
    case adjustment
    /// A merchant's confirmed settlement.
    case settlement
    /// The payment of a settlement.
    case settlementPayment
}

extension PostingKind {
    /// For cardholders, merchants and the office.
    package var chineseText: String {
        switch self {
        case .purchase: "消费"
        case .topUp: "充值"
        case .refund: "退款"
        case .void: "撤销"
        case .debtRecovery: "还欠款"
        case .subsidyGrant: "补贴发放"
        case .subsidyExpiry: "补贴到期"
        case .pursePurchase: "钱包消费"
        case .purseLoad: "圈存"
        case .purseReversal: "钱包冲正"
        case .purseOpening: "钱包期初"
        case .purseCorrection: "钱包更正"
        case .adjustment: "调账"
        case .settlement: "结算"
        case .settlementPayment: "结算付款"
        }
    }
}

/// Which of an account's two purses a line is about.
package enum StatementPurse: String, Codable, Sendable, CaseIterable {
    case cash, subsidy
}

/// One line of a statement: this account's side of a posting. A posting that both purses paid has a line for each.
package struct StatementLine: Codable, Sendable, Hashable {
    package var posting: Int64
    package var kind: PostingKind
    /// When it happened: the terminal's time for a purchase, the hub's for the rest.
    package var occurredAtMilliseconds: Int64
    /// When the hub posted it.
    package var postedAtMilliseconds: Int64
    /// Present on a cardholder's statement.
    package var purse: StatementPurse?
    /// Credits are positive.
    package var amountFen: Int64
    /// Balance of its purse after this line, in order of posting.
    package var balanceFen: Int64
    /// The other side: `merchant:canteen-1`, `cardholder:2026010001`, `subsidy:2026010001`, `purse:` and a card,
    /// `funding`, `suspense`.
    package var counterparty: BookAccount
    /// Present for a purchase, its corrections, and a load.
    package var transaction: TransactionID?
    /// Present for the rest.
    package var reference: String?
}

/// A page of a statement, newest line first.
package struct Statement: Codable, Sendable, Hashable {
    package var lines: [StatementLine]
    /// Balance now; of the cash purse on a cardholder's statement.
    package var balanceFen: Int64
    /// Balance of the subsidy purse now, on a cardholder's statement.
    package var subsidyFen: Int64?
    /// Where the next, older page starts; absent on the last page.
    package var next: Int64?
}
