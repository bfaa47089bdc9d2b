import Payments

/// How a tap on a DESFire card ended.
package enum DESFireResult: Sendable, Equatable {
    /// The card committed the debit and authenticated its answer.
    case debited(DESFireDebitEvidence)
    /// An earlier debit was looked up.
    case resolved(DESFireResolution)
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
    /// The card answered, but not as the protocol asks, or not authentically.
    case answerMalformed(DESFireError)
    /// A status that leaves open whether the memory changed, such as EE.
    case status(DESFireStatus)
}

/// Why a tap came to nothing. A debit that was not committed is undone by the card itself.
package enum DESFireFailure: Sendable, Hashable {
    /// Not a DESFire card, or one without the application.
    case notThisProfile
    /// The card refused the authentication, or does not hold the key.
    case notAuthenticated
    /// The value does not cover the amount.
    case insufficientValue
    /// An answer was not authentic: another party speaks, or the air changed it. The session is over.
    case notAuthentic(DESFireStep)
    case cardFault(DESFireStatus, DESFireStep)
    case malformedAnswer(DESFireError, DESFireStep)
    case communicationFailed(DESFireStep)
    /// The evidence could not be stored, so the commit was not sent.
    case evidenceNotStored
}

/// Where in the tap it happened.
package enum DESFireStep: String, Sendable, Hashable, CaseIterable {
    case select
    case authenticate
    case readIdentity
    case getValue
    case debit
    case writeRecord
    case commit
    case readRecords
}
