import Payments

/// One line of a settlement's statement: the merchant's side of a posting.
package struct SettlementLine: Codable, Sendable, Hashable {
    /// Which of the three sums the line is part of.
    package enum Column: String, Codable, Sendable, CaseIterable {
        case sales, refunds, corrections
    }

    package var posting: Int64
    package var day: BusinessDay
    /// The closed day in which it happened, when it came late.
    package var lateDay: BusinessDay?
    package var column: Column
    package var kind: PostingKind
    package var occurredAtMilliseconds: Int64
    package var amountFen: Int64
    package var transaction: TransactionID?
    package var reference: String?
}
