import Payments

/// The second byte of 91xx: how a DESFire card ended a command.
package struct DESFireStatus: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let success = DESFireStatus(rawValue: 0x00)
    /// Commit found nothing to do.
    package static let noChanges = DESFireStatus(rawValue: 0x0C)
    package static let outOfMemory = DESFireStatus(rawValue: 0x0E)
    package static let illegalCommand = DESFireStatus(rawValue: 0x1C)
    /// The card found a MAC, a checksum or padding of the terminal wrong.
    package static let integrityError = DESFireStatus(rawValue: 0x1E)
    package static let noSuchKey = DESFireStatus(rawValue: 0x40)
    package static let lengthError = DESFireStatus(rawValue: 0x7E)
    package static let permissionDenied = DESFireStatus(rawValue: 0x9D)
    package static let parameterError = DESFireStatus(rawValue: 0x9E)
    package static let applicationNotFound = DESFireStatus(rawValue: 0xA0)
    package static let authenticationError = DESFireStatus(rawValue: 0xAE)
    /// More frames follow, in one direction or the other.
    package static let additionalFrame = DESFireStatus(rawValue: 0xAF)
    /// A limit of a value file, or the end of a file.
    package static let boundaryError = DESFireStatus(rawValue: 0xBE)
    package static let commandAborted = DESFireStatus(rawValue: 0xCA)
    /// The card could not write its memory.
    package static let memoryError = DESFireStatus(rawValue: 0xEE)
    package static let fileNotFound = DESFireStatus(rawValue: 0xF0)

    /// Whether the card refused the command in its checks, before it could have changed its memory.
    ///
    /// Deliberately a list: a failed memory and statuses of unknown meaning leave it open.
    package var provesNothingChanged: Bool {
        switch self {
        case .noChanges, .illegalCommand, .integrityError, .noSuchKey, .lengthError, .permissionDenied,
            .parameterError, .applicationNotFound, .authenticationError, .boundaryError, .fileNotFound:
            true
        default: false
        }
    }
}

extension DESFireStatus: CustomStringConvertible {
    /// `91AE`.
    package var description: String { Hex.encode([0x91, rawValue]) }

    /// What an operator should understand by it.
    package var meaning: String {
        switch self {
        case .success: "done"
        case .noChanges: "nothing was changed"
        case .outOfMemory: "the card has not enough memory"
        case .illegalCommand: "the card does not know this command"
        case .integrityError: "the card found the message damaged or wrongly authenticated"
        case .noSuchKey: "the application has no such key"
        case .lengthError: "wrong length"
        case .permissionDenied: "the key gives no right to this"
        case .parameterError: "wrong parameters"
        case .applicationNotFound: "the card has no such application"
        case .authenticationError: "the authentication is missing or failed"
        case .additionalFrame: "more frames follow"
        case .boundaryError: "a limit of the file would be crossed"
        case .commandAborted: "the card aborted the command"
        case .memoryError: "the card could not write its memory"
        case .fileNotFound: "the application has no such file"
        default: "unknown status"
        }
    }
}
