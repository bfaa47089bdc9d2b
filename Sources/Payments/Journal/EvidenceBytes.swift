/// What a card gave as proof of a transaction with its own money, as bytes that only issuer and card protocols read.
package struct EvidenceBytes: Sendable, Hashable {
    /// Longest evidence that a record takes.
    package static let lengthMaximum = 512

    package let bytes: [UInt8]

    /// `nil` without bytes, or with more than a record takes.
    package init?(_ bytes: [UInt8]) {
        guard (1...Self.lengthMaximum).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
}

extension EvidenceBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The length only: the bytes hold the card's number.
    package var description: String { "\(bytes.count) bytes of evidence" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
