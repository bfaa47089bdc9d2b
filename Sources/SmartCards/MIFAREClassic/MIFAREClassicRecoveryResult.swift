/// What became of a debit whose answer was lost.
package enum MIFAREClassicRecoveryResult: Sendable, Equatable {
    /// Another card lies on the reader: the debit stays as it is.
    case otherCard
    /// The card paid.
    case happened
    /// The card did not pay, and never will: its sequence is still free, or another transaction has it.
    case didNotHappen
    /// The card was used elsewhere since, or contradicts itself: only the issuer's books can tell.
    case undetermined
    /// The card could not be asked to the end; it must be presented again.
    case unresolved(MIFAREClassicFailure)
}
