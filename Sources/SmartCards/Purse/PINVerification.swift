/// How a card answered VERIFY.
package enum PINVerification: Sendable, Hashable {
    case verified
    /// So many attempts are left, 0 to 15.
    case wrong(triesLeft: Int)
    /// No attempt is left: the PIN must be unblocked by the issuer.
    case blocked
    /// The card did not compare at all.
    case refused(StatusWord)

    package init(_ status: StatusWord) {
        self =
            switch status {
            case .success: .verified
            case .authenticationBlocked: .blocked
            default: status.triesLeft.map { .wrong(triesLeft: $0) } ?? .refused(status)
            }
    }
}
