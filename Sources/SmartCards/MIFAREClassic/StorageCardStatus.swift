/// What a reader means by the status of a memory-card command.
package enum StorageCardStatus: Sendable, Hashable {
    case success
    /// 6300: the card did not do it; some readers have no other word.
    case operationFailed
    /// 6982: the sector is not authenticated; at AUTHENTICATE some readers mean a wrong key.
    case notAuthenticated
    /// 6983, and 6984 for a key that is not in the slot.
    case authenticationFailed
    /// 6A81, or the reader does not know the command, its class or its parameters.
    case notSupported
    /// 6700.
    case wrongLength
    /// 6986: no card in the field.
    case noCard
    case other(StatusWord)

    package init(_ status: StatusWord) {
        switch status.rawValue {
        case 0x9000: self = .success
        case 0x6300: self = .operationFailed
        case 0x6982: self = .notAuthenticated
        case 0x6983, 0x6984: self = .authenticationFailed
        case 0x6A81, 0x6A82, 0x6A86, 0x6B00, 0x6D00, 0x6E00: self = .notSupported
        case 0x6700: self = .wrongLength
        case 0x6986: self = .noCard
        default: self = .other(status)
        }
    }

    /// Whether it says that the reader refused before the card was asked to write anything. A sector that is said to be
    /// closed does not: it was open a moment ago, so the card may have left while it wrote.
    package var provesNothingWritten: Bool {
        switch self {
        case .notSupported, .wrongLength: true
        case .success, .operationFailed, .notAuthenticated, .authenticationFailed, .noCard, .other: false
        }
    }
}
