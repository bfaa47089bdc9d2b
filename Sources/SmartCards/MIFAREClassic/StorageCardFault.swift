/// Why an access to a block came to nothing, or left open whether it did.
struct StorageCardFault: Sendable, Hashable {
    enum Cause: Sendable, Hashable {
        /// No answer, or one without a status word.
        case communicationFailed
        case malformed(CardDataError)
        /// Not 9000.
        case status(StatusWord)
    }

    let cause: Cause
    let stage: StorageCardStage
    let sector: UInt8

    /// Whether the block is as it was: no write went out, or the reader refused it.
    var provesNothingWritten: Bool {
        guard stage == .write else { return true }
        guard case .status(let status) = cause else { return false }
        return StorageCardStatus(status).provesNothingWritten
    }
}

/// Where in an access it happened.
package enum StorageCardStage: String, Sendable, Hashable, CaseIterable {
    case loadKey
    case authenticate
    case read
    case write
}
