import Payments

/// Where a settlement (结算) stands.
package enum SettlementState: String, Codable, Sendable, CaseIterable {
    /// Drawn up by one person; nothing moved.
    case draft
    /// A second person agreed; the net is posted as payable, or carried over when it is not positive.
    case confirmed
    /// Paid out under a payment reference.
    case paid
    /// Given up as a draft; its days are settled by the next one.
    case cancelled
}

/// A merchant's settlement over whole, closed business days.
package struct SettlementSummary: Codable, Sendable, Hashable {
    package var id: Int64
    package var merchant: MerchantID
    package var from: BusinessDay
    package var through: BusinessDay
    package var figures: MerchantFigures
    /// What an earlier settlement left below zero; 0 or negative.
    package var carriedFen: Int64
    /// What is paid: sales, refunds, corrections and the carried amount together; 0 or negative is carried over.
    package var netFen: Int64
    package var state: SettlementState
    package var draftedBy: String
    package var draftedAtMilliseconds: Int64
    package var decidedBy: String?
    package var decidedAtMilliseconds: Int64?
    package var paymentReference: String?
    package var paidBy: String?
    package var paidAtMilliseconds: Int64?
    /// The posting that made the net payable; absent as a draft and when the net is carried over.
    package var posting: Int64?
    package var paymentPosting: Int64?
}

/// `POST /operator/v1/settlements`.
package struct NewSettlements: Codable, Sendable, Hashable {
    /// The last day, closed; absent: the last closed day.
    package var through: BusinessDay?
    /// Absent: every merchant that has something to settle.
    package var merchant: MerchantID?

    package init(through: BusinessDay? = nil, merchant: MerchantID? = nil) {
        self.through = through
        self.merchant = merchant
    }
}

/// The drafts that were made.
package struct SettlementDrafts: Codable, Sendable, Hashable {
    package var drafts: [SettlementSummary]
}

/// What is said to a draft.
package enum SettlementVerdict: String, Codable, Sendable, CaseIterable {
    /// By another person.
    case confirm
    /// By anybody.
    case cancel
}

/// `POST /operator/v1/settlements/{settlement}/decide`.
package struct SettlementDecision: Codable, Sendable, Hashable {
    package var verdict: SettlementVerdict

    package init(verdict: SettlementVerdict) { self.verdict = verdict }
}

/// `POST /operator/v1/settlements/{settlement}/pay`.
package struct SettlementPayment: Codable, Sendable, Hashable {
    /// The bank's or cash desk's number of the payment, 1 to ``HubLimits/referenceBytes`` bytes.
    package var reference: String

    package init(reference: String) { self.reference = reference }
}

/// Which settlements to list.
package enum SettlementFilter: String, Codable, Sendable, CaseIterable {
    case draft, confirmed, paid, cancelled, all
}
