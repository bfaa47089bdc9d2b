/// A refund or void that is not made: a correct no, with a reason for the operator. Numbers 6040–6049.
package struct CorrectionRefusal: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The sale is not in this terminal's journal. Only the card office can correct it.
        case saleUnknown = 6040
        /// The transaction was not an approved sale.
        case notASale = 6041
        /// The card's own purse paid, and no card gives its debit back.
        case cardPursePaid = 6042
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
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }
    package var message: String {
        switch code {
        case .saleUnknown: "the sale is not in this terminal's journal"
        case .notASale: "the transaction is not an approved sale"
        case .cardPursePaid: "the card's own purse paid; only the card office can give it back"
        case .aboveSale: "the amount is more than is left of the sale"
        case .correctedBefore: "the sale was refunded or voided before"
        case .tooLate: "the time for this correction is over"
        case .notLastSale: "only the last sale of a lane can be voided"
        case .referenceReused: "the reference was used for another correction"
        case .noSale: "nothing was sold at this lane"
        case .amountInvalid: "the amount must be positive"
        }
    }

    /// For the cashier.
    package var chineseText: String {
        switch code {
        case .saleUnknown: "本机没有这笔交易"
        case .notASale: "该交易不是成功的消费"
        case .cardPursePaid: "卡内钱包消费，请到卡务中心退款"
        case .aboveSale: "退款金额超过可退金额"
        case .correctedBefore: "该交易已退款或撤销"
        case .tooLate: "已超过退款或撤销时限"
        case .notLastSale: "只能撤销最后一笔交易"
        case .referenceReused: "参考号已用于其他更正"
        case .noSale: "该通道没有交易"
        case .amountInvalid: "金额无效"
        }
    }
}
