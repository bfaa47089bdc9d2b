/// What an operator wants corrected.
package enum CorrectionOrder: Sendable, Hashable {
    /// Give back `amount` of a sale, or all that is left of it.
    case refund(TransactionID, amount: Amount?)
    /// Give back the whole of the lane's last sale; refused when `sale` is given and is not the last.
    case void(LaneID, sale: TransactionID?)

    /// Whether a stored correction is what this order asks for, so that the order is a repetition.
    package func isFulfilled(by record: JournalRecord) -> Bool {
        switch (self, record.sale?.movement) {
        case (.refund(let sale, let amount), .refund(let corrected)):
            sale == corrected && (amount == nil || amount == record.sale?.amount)
        case (.void(let lane, let sale), .void(let corrected)):
            lane == record.sale?.lane && (sale == nil || sale == corrected)
        default: false
        }
    }
}

/// A sale, and what was given back of it until now.
package struct CorrectableSale: Sendable, Hashable {
    /// Of the sale.
    package var record: JournalRecord
    /// Whether its money moved: the record's own word, or a later record's about an unknown one.
    package var verdict: Resolution.Verdict
    /// Which gets the money back: the one that paid, or the one of the card whose own purse paid. `nil` when this
    /// terminal knows none.
    package var account: AccountID?
    /// Over all refunds and voids.
    package var corrected: Amount
    /// The part of it that went back to the subsidy purse.
    package var correctedSubsidy: Amount
    /// Whether no later sale was approved at its lane, nor may have happened there.
    package var isLastOfLane: Bool

    package init(
        record: JournalRecord, verdict: Resolution.Verdict, account: AccountID?, corrected: Amount,
        correctedSubsidy: Amount,
        isLastOfLane: Bool
    ) {
        self.record = record
        self.verdict = verdict
        self.account = account
        self.corrected = corrected
        self.correctedSubsidy = correctedSubsidy
        self.isLastOfLane = isLastOfLane
    }
}
