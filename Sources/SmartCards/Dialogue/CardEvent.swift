import Payments

/// What the driver of a card machine reports.
package enum CardEvent: Sendable {
    case started
    /// The card's bytes as they came, of any length.
    case cardAnswered([UInt8])
    /// The exchange with the card failed; whether the card saw the command is not known.
    case cardFailed
    case secureModuleInitialized(SecureModuleAnswer)
    case secureModuleFailed
    case checked(CryptogramCheck)
    case loadGranted(LoadGrant)
    case loadRefused(LoadRefusal)
    case random([UInt8])
    /// The card may pay.
    case admitted
    /// The card may not pay; the driver knows why.
    case notAdmitted
    /// The intent is durable: a power cut cannot take it away any more.
    case intentPersisted
    case intentFailed
}

/// What the check of a card's cryptogram came to.
package enum CryptogramCheck: Sendable, Hashable {
    case right
    case wrong
    /// Nobody here can tell: no key, no open session, or the secure module failed.
    case notPossible
}
