import Payments

/// How the load of a purse ended.
package enum PurseLoadResult: Sendable, Equatable {
    /// The card took the money. Whether the TAC in the evidence is right, only the issuer can tell.
    case loaded(LoadEvidence)
    /// The purse is as it was before. A grant that was given is void: no later session of the card takes it.
    case failed(PurseLoadFailure)
    /// CREDIT FOR LOAD went out and nobody knows whether the card carried it out. It must be neither repeated nor
    /// dropped: the evidence is what the card can be asked with.
    case unknown(LoadEvidence, PurseUncertainty)
}

/// Why a load came to nothing.
package enum PurseLoadFailure: Sendable, Hashable {
    /// What can keep any dialogue with a purse from its end.
    case purse(PurseFailure)
    /// The card wants a PIN and the driver has none.
    case pinMissing
    /// So many attempts are left, 0 to 15.
    case pinWrong(triesLeft: Int)
    case pinBlocked
    case issuer(LoadRefusal)
    /// The card refused MAC2 (9302): the grant is not for this card, or not for this session.
    case grantRefusedByCard
    /// The purse would hold more than it can, or the serial of loads is used up (9402).
    case cardFull
}

extension PurseLoadFailure {
    /// What a refused command means.
    init(_ status: StatusWord, at step: PurseStep) {
        self =
            switch status {
            case .counterAtMaximum: .cardFull
            case .cryptogramInvalid where step == .credit: .grantRefusedByCard
            default: .purse(PurseFailure(status, at: step))
            }
    }
}
