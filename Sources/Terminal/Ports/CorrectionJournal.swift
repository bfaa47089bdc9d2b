import Payments

/// A refund or void as it is asked for. The same reference again is the same correction, for ever.
package struct CorrectionRequest: Sendable, Hashable {
    package var reference: SaleReference
    package var order: CorrectionOrder

    package init(reference: SaleReference, order: CorrectionOrder) {
        self.reference = reference
        self.order = order
    }
}

/// A correction that is on disk.
package struct StoredCorrection: Sendable, Hashable {
    package var reference: SaleReference
    /// Of the refund or void.
    package var record: JournalRecord
    /// Of the sale that it corrects.
    package var sale: JournalRecord
    /// What was given back of the sale until now, this correction included.
    package var corrected: Amount
    /// Whether it was stored by an earlier request.
    package var isRepeated: Bool

    package init(
        reference: SaleReference, record: JournalRecord, sale: JournalRecord, corrected: Amount, isRepeated: Bool
    ) {
        self.reference = reference
        self.record = record
        self.sale = sale
        self.corrected = corrected
        self.isRepeated = isRepeated
    }
}

/// What came of a correction.
package enum CorrectionResult: Sendable, Hashable {
    case stored(StoredCorrection)
    case refused(CorrectionRefusal)
}

/// The journal as corrections use it. What a call returns as stored is on disk.
package protocol CorrectionJournal: Sendable {
    /// What would come of a request now, without storing anything; `nil` when it would be stored.
    func preview(
        _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) async throws(LedgerError) -> CorrectionResult?

    /// Decides with `rules` on what the journal holds inside the storing transaction, and stores the correction with
    /// its entries and its reference in one commit. Of two that want the last of a sale, one is refused. When
    /// nothing is stored, the same commit voids the number.
    ///
    /// - Parameter transaction: minted and open.
    func correct(
        _ transaction: TransactionID, _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) async throws(LedgerError) -> CorrectionResult

    /// The correction that was stored under a reference.
    func correction(under reference: SaleReference) async throws(LedgerError) -> StoredCorrection?
}
