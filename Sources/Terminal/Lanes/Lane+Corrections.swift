import Payments

extension Lane {
    /// Shows a correction that is on disk, unless the lane is serving somebody. The next order takes its place.
    package func show(_ correction: JournalRecord.Sale) {
        guard canLendReader else { return }
        switch correction.movement {
        case .refund: show(.refunded(correction.amount))
        case .void: show(.voided(correction.amount))
        case .accountPurchase, .pursePurchase, .purseLoad: break
        }
    }
}
