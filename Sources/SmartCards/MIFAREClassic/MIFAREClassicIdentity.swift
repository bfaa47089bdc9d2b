import Payments

/// Who a MIFARE Classic card says it is. Its cipher is broken, so this can be copied to another card together with the
/// identifier: identity without proof.
package struct MIFAREClassicIdentity: Sendable, Hashable {
    /// Bytes of the campus's number.
    package static let serialLength = 10

    /// The anticollision identifier: 4, 7 or 10 bytes.
    package let identifier: [UInt8]
    /// The campus's number, right-aligned in 10 bytes.
    package let serial: [UInt8]

    /// - Parameters:
    ///   - identifier: 4, 7 or 10 bytes.
    ///   - serial: 10 bytes.
    package init(identifier: [UInt8], serial: [UInt8]) {
        invariant([4, 7, 10].contains(identifier.count), "an identifier has 4, 7 or 10 bytes")
        invariant(serial.count == Self.serialLength, "a campus number has 10 bytes")
        self.identifier = identifier
        self.serial = serial
    }

    /// The card's name in the books: the campus gives Classic and purse cards numbers of one series.
    package var card: CardID { .purse(applicationSerial: serial) }
}

extension MIFAREClassicIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The card's number masked to its last four digits.
    package var description: String { card.description }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
