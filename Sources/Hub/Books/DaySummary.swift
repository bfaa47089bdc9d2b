import Payments

/// What one merchant has in a column of a day or a settlement.
package struct MerchantFigures: Codable, Sendable, Hashable {
    package var salesCount: Int64
    package var salesFen: Int64
    /// Refunds, negative.
    package var refundsCount: Int64
    package var refundsFen: Int64
    /// What a person or a late proof changed, signed.
    package var correctionsCount: Int64
    package var correctionsFen: Int64

    package init(
        salesCount: Int64 = 0, salesFen: Int64 = 0, refundsCount: Int64 = 0, refundsFen: Int64 = 0,
        correctionsCount: Int64 = 0, correctionsFen: Int64 = 0
    ) {
        self.salesCount = salesCount
        self.salesFen = salesFen
        self.refundsCount = refundsCount
        self.refundsFen = refundsFen
        self.correctionsCount = correctionsCount
        self.correctionsFen = correctionsFen
    }

    /// What the campus owes for it.
    package var netFen: Int64 { salesFen + refundsFen + correctionsFen }
}

/// A business day as the operator sees it.
package struct DaySummary: Codable, Sendable, Hashable {
    package var day: BusinessDay
    /// When it was closed; absent while it is open.
    package var closedAtMilliseconds: Int64?
    /// Who closed it; absent while it is open, `hub` when the hub did by itself.
    package var closedBy: String?
    package var postings: Int64
    /// Postings of it that happened in a day that was closed before they came.
    package var late: Int64
    /// Sum of what moved, each posting counted once.
    package var turnoverFen: Int64
}

/// A merchant's day.
package struct MerchantDay: Codable, Sendable, Hashable {
    package var merchant: MerchantID
    package var figures: MerchantFigures
}

/// What the cash desk took in on a day. A top-up that ends a debt is two postings and one top-up: all of it was paid in
/// at the desk.
package struct PaidIn: Codable, Sendable, Hashable {
    /// Top-ups.
    package var count: Int64
    /// What was paid in with them.
    package var fen: Int64
    /// The part of it that ended debts.
    package var debtFen: Int64

    package init(count: Int64, fen: Int64, debtFen: Int64) {
        self.count = count
        self.fen = fen
        self.debtFen = debtFen
    }
}

/// A business day with its merchants.
package struct DayReport: Codable, Sendable, Hashable {
    package var summary: DaySummary
    package var paidIn: PaidIn
    package var merchants: [MerchantDay]
}

/// The answer to a closing.
package struct DayClosing: Codable, Sendable, Hashable {
    /// The days that were closed now, oldest first; empty when all were closed before.
    package var closed: [DaySummary]
    /// The oldest open day.
    package var openDay: BusinessDay
}

/// `POST /operator/v1/days/close`.
package struct DayClosingRequest: Codable, Sendable, Hashable {
    /// The last day to close; absent: every day that is over.
    package var through: BusinessDay?

    package init(through: BusinessDay? = nil) { self.through = through }
}
