import Payments

/// How a tap on a purse card ended.
package enum PurseResult: Sendable, Equatable {
    /// The card is known. The evidence stands beside a proof and is `nil` when no proof was asked for.
    case identified(PublicInformation, IdentityProof, PurchaseEvidence?)
    /// The card paid, and the secure module found its MAC2 right.
    case purchased(PurchaseEvidence)
    /// The purse is as it was before, unless the failure says otherwise.
    case failed(PurseFailure)
    /// The DEBIT went out and nobody knows whether the card carried it out. It must be neither repeated nor dropped:
    /// the evidence is what the card or the issuer can be asked with.
    case unknown(PurchaseEvidence, PurseUncertainty)
}

/// Why the outcome of a DEBIT, or of a CREDIT FOR LOAD, is unknown.
package enum PurseUncertainty: Sendable, Hashable {
    /// No answer, or one without a status word.
    case answerLost
    /// The card answered, but not with its cryptograms.
    case answerMalformed(CardDataError)
    /// A status word that leaves open whether the memory changed, such as 6581.
    case status(StatusWord)
    /// The card answered well, but the secure module could not check it.
    case notChecked
}

/// Why a tap came to nothing.
package enum PurseFailure: Sendable, Hashable {
    /// SELECT was refused: not a card of this profile.
    case notThisProfile(StatusWord)
    case applicationLocked
    /// MAC2 is wrong. A purse with an amount above zero may have been debited.
    case cardNotGenuine(PurchaseEvidence)
    /// The card refused MAC1 (9302): this terminal's secure module does not fit the card.
    case secureModuleRefusedByCard
    case insufficientBalance
    case keyIndexNotSupported
    /// The card works with an algorithm that the profile does not list.
    case algorithmNotAccepted(UInt8)
    /// The card's own record does not allow the compound purchase.
    case notEntitled(CompoundRefusal)
    case cardFault(StatusWord, PurseStep)
    case malformedAnswer(CardDataError, PurseStep)
    case communicationFailed(PurseStep)
    case secureModuleFailed(PurseStep)
    /// The driver did not let this card pay.
    case notAdmitted
    /// The intent could not be stored, so no DEBIT and no CREDIT went out.
    case intentNotStored
}

extension PurseFailure {
    /// A card that leaves inside an exchange looks like an answer without a status word.
    init(_ error: CardDataError, at step: PurseStep) {
        self = error.code == .answerTooShort ? .communicationFailed(step) : .malformedAnswer(error, step)
    }

    /// What a refused command means.
    init(_ status: StatusWord, at step: PurseStep) {
        self =
            switch status {
            case _ where status.meansLocked: .applicationLocked
            case .cryptogramInvalid: .secureModuleRefusedByCard
            case .insufficientBalance: .insufficientBalance
            case .keyIndexNotSupported: .keyIndexNotSupported
            default: .cardFault(status, step)
            }
    }
}

/// Where in the tap it happened.
package enum PurseStep: String, Sendable, Hashable, CaseIterable {
    case select
    case readDirectory
    case readPublicInformation
    case verify
    case readLog
    case readRecord
    case initialize
    case initializeSecureModule
    case updateRecord
    case debit
    case credit
    case checkMAC2
}
