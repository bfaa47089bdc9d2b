import Payments

/// What became of a load whose CREDIT answer was lost.
package enum TornLoadResult: Sendable, Equatable {
    /// Another card lies on the reader: the torn load stays as it is.
    case otherCard
    /// The card took the money. The evidence has the TAC where exactly one can be its own.
    case happened(LoadEvidence, provenBy: TornLoadProof)
    /// The card did not take the money, and never will: no other session takes the grant.
    case didNotHappen(confirmedBy: TornLoadRefutation)
    /// The card contradicts itself, or was loaded elsewhere: only the issuer's books can tell.
    case undetermined
    /// The card could not be asked to the end; it must be presented again.
    case unresolved(TornTransactionObstacle)
}

/// What says that a load took place.
package enum TornLoadProof: String, Sendable, Hashable, CaseIterable {
    /// The TAC is right: nothing else is needed.
    case tac
    /// Its log record, and a balance that does not contradict it.
    case logRecord
    /// Nothing else could be read: the issuer should check the TAC.
    case balance
}

/// What says that a load did not take place.
package enum TornLoadRefutation: String, Sendable, Hashable, CaseIterable {
    /// The log reaches back to before the load, does not have it, and explains the balance.
    case logRecordAbsent
    /// The card still offers the torn load's serial: it has taken no load since.
    case serialUnchanged
}
