/// A refund or void that is not made: a correct no, with a reason for the operator. Numbers 6040–6050.
package struct CorrectionRefusal: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The sale is not in this terminal's journal. Only the card office can correct it.
        case saleUnknown = 6040
        /// The transaction was not an approved sale.
        case notASale = 6041
        /// The card's own purse paid, and this terminal knows no account of the card that could get the money.
        case accountUnknown = 6042
        case aboveSale = 6043
        /// Nothing is left to give back, or a part was given back before a void.
        case correctedBefore = 6044
        case tooLate = 6045
        case notLastSale = 6046
        /// The reference was used before for another correction.
        case referenceReused = 6047
        /// Nothing was sold at the lane.
        case noSale = 6048
        case amountInvalid = 6049
        /// Nobody knows yet whether the card's own purse paid.
        case outcomeUnknown = 6050
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }
    package var message: String {
        switch code {
        case .saleUnknown: "the sale is not in this terminal's journal"
        case .notASale: "the transaction is not an approved sale"
        case .accountUnknown: "the card's own purse paid, and its account is not known here; the card office refunds it"
        case .aboveSale: "the amount is more than is left of the sale"
        case .correctedBefore: "the sale was refunded or voided before"
        case .tooLate: "the time for this correction is over"
        case .notLastSale: "only the last sale of a lane can be voided"
        case .referenceReused: "the reference was used for another correction"
        case .noSale: "nothing was sold at this lane"
        case .amountInvalid: "the amount must be positive"
        case .outcomeUnknown: "nobody knows yet whether the card paid; let the same card be presented again"
        }
    }

    /// For the cashier.
    package var chineseText: String {
        switch code {
        case .saleUnknown: "本机没有这笔交易"
        case .notASale: "该交易不是成功的消费"
        case .accountUnknown: "卡内钱包消费，本机不知该卡账户，请到卡务中心退款"
        case .aboveSale: "退款金额超过可退金额"
        case .correctedBefore: "该交易已退款或撤销"
        case .tooLate: "已超过退款或撤销时限"
        case .notLastSale: "只能撤销最后一笔交易"
        case .referenceReused: "参考号已用于其他更正"
        case .noSale: "该通道没有交易"
        case .amountInvalid: "金额无效"
        case .outcomeUnknown: "扣款结果未知，请让原卡再次刷卡"
        }
    }
}
