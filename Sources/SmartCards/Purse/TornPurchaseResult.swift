import Payments

/// What became of a purchase whose DEBIT answer was lost.
package enum TornPurchaseResult: Sendable, Equatable {
    /// Another card lies on the reader: the torn purchase stays as it is.
    case otherCard
    /// The card paid.
    case committed(TornPurchaseFindings, provenBy: TornPurchaseProof)
    /// The balance says that the card paid, and nothing else can be read: the issuer should check the TAC.
    case committedProvisional(TornPurchaseFindings)
    /// The card did not pay.
    case notDebited(TornPurchaseFindings, confirmedBy: TornPurchaseRefutation)
    /// The card was used elsewhere, or contradicts itself: only the issuer's books can tell.
    case suspense(TornPurchaseFindings)
    /// The card could not be asked to the end; it must be presented again.
    case unresolved(TornPurchaseObstacle)
}

/// What the card was found to hold, beside the intent all that the issuer needs.
package struct TornPurchaseFindings: Sendable, Hashable {
    /// In fen.
    package var balance: UInt32 = 0
    /// Whether at least one log record could be read.
    package var isLogReadable = false
    /// The log record of the torn purchase.
    package var logRecord: PurseLogRecord?
    /// What the card gave for the serial after INITIALIZE's and for INITIALIZE's own, unchecked.
    package var proofs: [TransactionProof] = []
}

/// What stands beside a balance that is lower by the amount.
package enum TornPurchaseProof: String, Sendable, Hashable, CaseIterable {
    case logRecord
    case mac2
    case tac
}

/// What stands beside an unchanged balance.
package enum TornPurchaseRefutation: String, Sendable, Hashable, CaseIterable {
    /// The card still offers the torn purchase's serial: it has not paid since.
    case serialUnchanged
    /// Every purchase since is in the log, and the torn one is not among them.
    case logRecordAbsent
}

/// Why the card could not be asked to the end.
package enum TornPurchaseObstacle: Sendable, Hashable {
    case communicationFailed
    case applicationLocked
    case status(StatusWord)
    case malformedAnswer(CardDataError)
}
