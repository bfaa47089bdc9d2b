import Payments

/// What an adjustment (调账) is for. The names are stable: they stand in the database and in the operator API.
package enum AdjustmentKind: String, Codable, Sendable, CaseIterable {
    /// 补扣: a sale that is proven later: the account pays the merchant, or clears suspense when the merchant has its
    /// money already.
    case makeUpDebit
    /// 退款: the merchant gives a sale back to the account.
    case refund
    /// 转欠款: an overdrawn account becomes a debt, so that the account stands at zero and the debt is listed.
    case debt
    /// 收回欠款: the account pays its debt.
    case debtRecovery
    /// 核销: the campus bears a debt.
    case debtWriteOff
    /// 核销: the campus bears an overdraft, or what waits in suspense when no account is named.
    case writeOff
    /// 补结商户: suspense pays a merchant.
    case merchantCredit
    /// 扣回商户: a merchant pays into suspense.
    case merchantDebit

    /// For the office.
    package var chineseText: String {
        switch self {
        case .makeUpDebit: "补扣"
        case .refund: "退款"
        case .debt: "转欠款"
        case .debtRecovery: "收回欠款"
        case .debtWriteOff: "核销欠款"
        case .writeOff: "核销"
        case .merchantCredit: "补结商户"
        case .merchantDebit: "扣回商户"
        }
    }
}

/// Where an adjustment stands. It leaves `proposed` once and never again.
package enum AdjustmentState: String, Codable, Sendable, CaseIterable {
    case proposed
    /// A second person agreed; it is posted.
    case approved
    case rejected
    /// The proposer took it back.
    case withdrawn
}

/// `POST /operator/v1/adjustments`.
package struct NewAdjustment: Codable, Sendable, Hashable {
    package var kind: AdjustmentKind
    /// More than 0.
    package var amountFen: Int64
    package var account: AccountID?
    package var merchant: MerchantID?
    /// The record that it corrects.
    package var transaction: TransactionID?
    /// The exception that it solves. One of the two is needed.
    package var exception: Int64?
    /// Why, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(
        kind: AdjustmentKind, amountFen: Int64, account: AccountID? = nil, merchant: MerchantID? = nil,
        transaction: TransactionID? = nil, exception: Int64? = nil, note: String
    ) {
        self.kind = kind
        self.amountFen = amountFen
        self.account = account
        self.merchant = merchant
        self.transaction = transaction
        self.exception = exception
        self.note = note
    }

    package var amount: Amount { Amount(fen: amountFen) }
}

/// What a second person, or the proposer, says to a proposal.
package enum AdjustmentVerdict: String, Codable, Sendable, CaseIterable {
    /// By another person.
    case approve
    /// By another person.
    case reject
    /// By the proposer.
    case withdraw
}

/// `POST /operator/v1/adjustments/{adjustment}/decide`.
package struct AdjustmentDecision: Codable, Sendable, Hashable {
    package var verdict: AdjustmentVerdict
    /// 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(verdict: AdjustmentVerdict, note: String) {
        self.verdict = verdict
        self.note = note
    }
}

/// An adjustment as the operator sees it.
package struct AdjustmentSummary: Codable, Sendable, Hashable {
    package var id: Int64
    package var kind: AdjustmentKind
    package var state: AdjustmentState
    package var amountFen: Int64
    package var account: AccountID?
    package var merchant: MerchantID?
    package var transaction: TransactionID?
    package var exception: Int64?
    package var note: String
    package var proposedBy: String
    package var proposedAtMilliseconds: Int64
    package var decidedBy: String?
    package var decidedAtMilliseconds: Int64?
    package var decisionNote: String?
    /// The posting; present when approved.
    package var posting: Int64?
}

/// Which adjustments to list.
package enum AdjustmentFilter: String, Codable, Sendable, CaseIterable {
    case proposed, decided, all
}
