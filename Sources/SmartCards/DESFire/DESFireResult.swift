import Payments

/// How a tap on a DESFire card ended.
package enum DESFireResult: Sendable, Equatable {
    /// The card is known and holds its key; no money moved.
    case identified(CardID)
    /// The card committed the debit and authenticated its answer.
    case debited(DESFireDebitEvidence)
    /// The card is as it was before.
    case failed(DESFireFailure)
    /// The commit went out and nobody knows whether the card carried it out. It must be neither repeated nor dropped:
    /// the evidence is what the card or the issuer can be asked with.
    case unknown(DESFireDebitEvidence, DESFireUncertainty)
}

/// Why the outcome of a commit is unknown.
package enum DESFireUncertainty: Sendable, Hashable {
    /// No answer, or one without a status word.
    case answerLost
    /// The card answered, but not as the protocol asks.
    case answerMalformed(DESFireError)
    /// The answer's code is wrong: another party speaks, or the air changed it.
    case notAuthentic
    /// A status that leaves open whether the memory changed, such as EE.
    case status(DESFireStatus)
}

/// Why a tap came to nothing. A debit that was not committed is undone by the card itself.
package enum DESFireFailure: Sendable, Hashable {
    /// Not a DESFire card, or one without the application.
    case notThisProfile
    /// The card does not speak the secure messaging that the profile asks for.
    case messagingNotSupported(DESFireVersion?)
    /// The card hides its UID, which its key is derived from, and the profile has no key that opens it.
    case uidHidden
    /// The card refused the authentication, or does not hold the key.
    case notAuthenticated
    /// The value does not cover the amount.
    case insufficientValue
    /// An answer was not authentic: another party speaks, or the air changed it. The session is over.
    case notAuthentic(DESFireStep)
    case cardFault(DESFireStatus, DESFireStep)
    case malformedAnswer(DESFireError, DESFireStep)
    case communicationFailed(DESFireStep)
    /// The driver did not let this card pay.
    case notAdmitted
    /// The intent could not be stored, so the commit was not sent.
    case intentNotStored

    /// The failure for an answer that breaks the protocol.
    init(_ error: DESFireError, at step: DESFireStep) {
        self =
            switch error.code {
            // A card that leaves inside an exchange looks like an answer without a status word.
            case .answerTooShort: .communicationFailed(step)
            case .messageAuthenticationWrong: .notAuthentic(step)
            default: .malformedAnswer(error, step)
            }
    }
}

/// Where in the tap it happened.
package enum DESFireStep: String, Sendable, Hashable, CaseIterable {
    case select
    case getVersion
    case authenticate
    case getUID
    case readIdentity
    case getValue
    case debit
    case writeRecord
    case commit
    case getRecordSettings
    case readRecords
    case readTransactionMAC
}

extension CardRefusal {
    /// The refusal for a DESFire tap that came to nothing.
    init(desfire failure: DESFireFailure) {
        switch failure {
        case .notThisProfile: self.init(.cardNotSupported)
        case .messagingNotSupported(let version):
            self.init(.cardNotSupported, detail: version.map { "DESFire \($0)" } ?? "DESFire generation")
        case .uidHidden: self.init(.randomIdentifier)
        case .notAuthenticated: self.init(.cardNotGenuine)
        case .insufficientValue: self.init(.insufficientBalance)
        case .notAuthentic(let step): self.init(.cardNotGenuine, detail: step.rawValue)
        case .cardFault(let status, let step):
            self.init(.cardFault, detail: "\(step.rawValue): \(status), \(status.meaning)")
        case .malformedAnswer(let error, let step):
            self.init(.malformedAnswer, detail: "\(step.rawValue): \(error)")
        case .communicationFailed(let step): self.init(.communicationFailed, detail: step.rawValue)
        case .notAdmitted, .intentNotStored: fatalError("a debit that the driver stopped is no refusal of the card")
        }
    }
}

extension CardUncertainty {
    init(_ uncertainty: DESFireUncertainty) {
        switch uncertainty {
        case .answerLost: self = .answerLost
        case .answerMalformed: self = .answerMalformed
        case .notAuthentic: self = .notGenuine
        case .status: self = .status
        }
    }
}
