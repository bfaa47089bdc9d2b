import Payments

/// The anticollision identifier of a contactless card, as the reader gives it for `FF CA 00 00 00` (PC/SC part 3).
///
/// Kept in the reader's byte order. It is no secret and can be cloned.
package struct CardIdentifier: Sendable, Hashable {
    /// Why an identifier cannot stand for a card.
    package enum Unusable: Error, Sendable, Hashable {
        /// The reader or card gave a status other than 9000.
        case refused(StatusWord)
        /// Neither 4, 7 nor 10 bytes (ISO 14443-3 single, double and triple size).
        case length(Int)
        /// Drawn anew at every tap: phones, and cards set up to hide theirs.
        case random
    }

    /// GET DATA for the identifier.
    package static let command = CommandAPDU(0xFF, 0xCA, 0x00, 0x00, expectedLength: 256)

    /// 4, 7 or 10 bytes.
    package let bytes: [UInt8]

    /// Takes the answer to ``command``.
    package init(decoding answer: ResponseAPDU) throws(Unusable) {
        guard answer.status == .success else { throw .refused(answer.status) }
        let bytes = answer.data
        guard [4, 7, 10].contains(bytes.count) else { throw .length(bytes.count) }
        guard !Self.isRandom(bytes) else { throw .random }
        self.bytes = bytes
    }

    /// Whether the maker gives the number to one card only. ISO 14443-3 marks single-size identifiers that it may give
    /// to several with F in the low digit of the first byte.
    package var isUnique: Bool { bytes.count != 4 || bytes[0] & 0x0F != 0x0F }

    /// The card's name in the books.
    package var card: CardID { .uid(bytes) }

    /// ISO 14443-3 marks a random single-size identifier with 08. DESFire cards with random identifiers show 80 on
    /// some readers; no manufacturer has that code (ISO 7816-6), so it is refused at every length.
    private static func isRandom(_ bytes: [UInt8]) -> Bool {
        bytes[0] == 0x80 || bytes.count == 4 && bytes[0] == 0x08
    }
}

extension CardIdentifier: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Masked to its last four digits.
    package var description: String { card.description }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
