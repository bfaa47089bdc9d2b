import CPCSC

/// Who else may use a reader while we are connected.
package enum ShareMode: UInt32, Sendable {
    /// Nobody.
    case exclusive = 1
    /// Others who also say shared.
    case shared = 2
    /// The reader itself, with or without a card, for control codes.
    case direct = 3
}
