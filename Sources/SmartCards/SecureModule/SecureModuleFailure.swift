import Payments

/// Where in the dialogue with a secure module it happened.
package enum SecureModuleStep: String, Sendable, Hashable, CaseIterable {
    case selectMasterFile
    case readTerminalNumber
    case readPublicInformation
    case selectApplication
    case initialize
    case check
}

/// Why the dialogue with a secure module came to nothing.
package enum SecureModuleFailure: Sendable, Hashable {
    /// The module did not answer; whether it saw the command is not known.
    case noAnswer(SecureModuleStep)
    case malformedAnswer(CardDataError, SecureModuleStep)
    /// The card has not the files, or not the application.
    case notASecureModule(StatusWord, SecureModuleStep)
    /// The terminal number that the module gave is another than ours.
    case wrongTerminal(TerminalID)
    /// The terminal serial is not above the last one.
    case serialNotAdvancing(last: UInt32, given: UInt32)
    case locked(StatusWord, SecureModuleStep)
    case refused(StatusWord, SecureModuleStep)

    /// Whether a check that failed like this may have been counted by the module as a wrong one.
    package var mayHaveCounted: Bool {
        switch self {
        case .noAnswer, .malformedAnswer: true
        case .refused(let status, _): !status.provesNothingChanged
        case .notASecureModule, .wrongTerminal, .serialNotAdvancing, .locked: false
        }
    }
}
