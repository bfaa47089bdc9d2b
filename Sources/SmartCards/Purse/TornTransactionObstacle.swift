import Payments

/// Why the card could not be asked to the end.
package enum TornTransactionObstacle: Sendable, Hashable {
    case communicationFailed
    case applicationLocked
    case status(StatusWord)
    case malformedAnswer(CardDataError)
    /// Of a load: the card answers the deciding question only after the right PIN.
    case pinNeeded
}

extension TornTransactionObstacle {
    /// A card that leaves inside an exchange looks like an answer without a status word.
    init(_ error: CardDataError) {
        self = error.code == .answerTooShort ? .communicationFailed : .malformedAnswer(error)
    }

    /// What a refused question means.
    init(_ status: StatusWord) { self = status.meansLocked ? .applicationLocked : .status(status) }

    /// What kept a card from being selected; `nil` when it is a card of another kind.
    init?(_ failure: PurseFailure) {
        switch failure {
        case .notThisProfile(.fileNotFound), .notThisProfile(.recordNotFound),
            .notThisProfile(.instructionNotSupported), .notThisProfile(.classNotSupported),
            .notThisProfile(.wrongParameters):
            return nil
        case .notThisProfile(let status), .cardFault(let status, _): self = .status(status)
        case .applicationLocked: self = .applicationLocked
        case .malformedAnswer(let error, _): self.init(error)
        case .communicationFailed: self = .communicationFailed
        case .cardNotGenuine, .secureModuleRefusedByCard, .insufficientBalance, .keyIndexNotSupported,
            .algorithmNotAccepted, .notEntitled, .secureModuleFailed, .notAdmitted, .intentNotStored:
            fatalError("a card was only selected")
        }
    }
}
