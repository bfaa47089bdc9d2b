/// How a tap on a MIFARE Classic card ended.
package enum MIFAREClassicResult: Sendable, Equatable {
    /// The card is known, no money moved.
    case identified(MIFAREClassicIdentity)
    /// The card's purse holds less by the amount, and was read back.
    case purchased(MIFAREClassicEvidence)
    /// No money moved, and none of this tap ever will.
    case failed(MIFAREClassicFailure)
    /// The write that makes the debit went out, and nobody knows whether the card carried it out.
    case unknown(MIFAREClassicEvidence, MIFAREClassicUncertainty)
}

/// Why the outcome of a debit is unknown.
package enum MIFAREClassicUncertainty: Sendable, Hashable {
    /// No answer, or one without a status word.
    case answerLost
    case answerMalformed
    /// A status word that leaves open whether the block changed, such as 6300.
    case status(StatusWord)
    /// The card said that it wrote, and what was read back is something else.
    case readBackDiffers
}

/// Why a tap came to nothing.
package enum MIFAREClassicFailure: Sendable, Hashable {
    case identifierUnusable(CardIdentifier.Unusable)
    /// LOAD KEY or AUTHENTICATE is not possible: not a MIFARE Classic card, or a reader that cannot talk to one.
    case notThisProfile(StatusWord)
    /// The sector does not open with the profile's key. No other key is tried.
    case keyRefused(StatusWord)
    /// The card is known by its number, but a sector of its purse does not open.
    case purseKeyRefused(StatusWord)
    /// The card holds no number where the profile has one: blank, or not in its encoding.
    case identityNotReadable
    /// A purse profile on a reader of which it is not known how it writes. Nothing was written.
    case readerNotKnown
    /// Neither copy of the purse is whole, or the copies contradict each other.
    case purseDamaged
    case insufficientBalance
    /// The driver did not let this card pay.
    case notAdmitted
    /// The intent could not be stored, so nothing was written.
    case intentNotStored
    case cardFault(StatusWord, StorageCardStage)
    case malformedAnswer(CardDataError, StorageCardStage)
    /// The card left. `nil`: before its identifier was read.
    case communicationFailed(StorageCardStage?)

    init(_ fault: StorageCardFault) {
        switch fault.cause {
        case .communicationFailed: self = .communicationFailed(fault.stage)
        case .malformed(let error): self = .malformedAnswer(error, fault.stage)
        case .status(let status): self.init(status, fault.stage)
        }
    }

    private init(_ status: StatusWord, _ stage: StorageCardStage) {
        switch (stage, StorageCardStatus(status)) {
        case (_, .noCard): self = .communicationFailed(stage)
        case (.loadKey, .notSupported), (.loadKey, .wrongLength), (.authenticate, .notSupported),
            (.authenticate, .wrongLength):
            self = .notThisProfile(status)
        case (.authenticate, .operationFailed), (.authenticate, .notAuthenticated),
            (.authenticate, .authenticationFailed):
            self = .keyRefused(status)
        default: self = .cardFault(status, stage)
        }
    }
}
