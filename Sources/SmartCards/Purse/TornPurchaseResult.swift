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
    case unresolved(TornTransactionObstacle)
}

/// What the card was found to hold, beside the intent all that the issuer needs.
package struct TornPurchaseFindings: Sendable, Hashable {
    /// What the record of a compound purchase holds now.
    package enum Record: Sendable, Hashable {
        /// There is none, or the card does not show it.
        case notReadable
        /// What the torn purchase would have written.
        case ours
        /// What was there before, or what another purchase wrote since.
        case notOurs

        init(_ content: [UInt8], _ update: CompoundUpdate) {
            self = content == update.after.bytes ? .ours : .notOurs
        }
    }

    /// In fen.
    package var balance: UInt32 = 0
    /// Whether at least one log record could be read.
    package var isLogReadable = false
    /// The log record of the torn purchase.
    package var logRecord: PurseLogRecord?
    package var record = Record.notReadable
    /// What the card gave for the serial after INITIALIZE's and for INITIALIZE's own, unchecked.
    package var proofs: [TransactionProof] = []
}

/// What stands beside a balance that is lower by the amount. The log record alone proves the purchase, also when the
/// card was used since and its balance is another.
package enum TornPurchaseProof: String, Sendable, Hashable, CaseIterable {
    case logRecord
    case compoundRecord
    case mac2
    case tac
}

/// What stands beside an unchanged balance, or one that later use explains.
package enum TornPurchaseRefutation: String, Sendable, Hashable, CaseIterable {
    /// The card still offers the torn purchase's serial: it has not paid since.
    case serialUnchanged
    /// Every purchase since is in the log, and the torn one is not among them.
    case logRecordAbsent
}
