/// How commands are sent to a card, as its answer to reset decides (ISO 7816-3 section 8.2).
package struct TransmissionProtocol: Sendable, Hashable {
    /// The protocol that the card offers first, 0 to 15; the service takes that one.
    package let firstProtocol: UInt8

    /// - Parameter bytes: TS, T0, and what T0 announces. One that is cut off counts as T=0, the protocol of a card
    ///   that names none.
    package init(_ bytes: [UInt8]) {
        firstProtocol = Self.td1(bytes).map { $0 & 0x0F } ?? 0
    }

    /// With T=0 a command has either data or an expected length, never both (ISO 7816-3 section 12.2): the answer to
    /// a command with data waits for GET RESPONSE.
    package var separatesDataAndExpectedLength: Bool { firstProtocol == 0 }

    /// TD1 stands behind those of TA1, TB1 and TC1 that the bits 5 to 7 of T0 announce; bit 8 announces TD1.
    private static func td1(_ bytes: [UInt8]) -> UInt8? {
        guard bytes.count > 1, bytes[1] & 0x80 != 0 else { return nil }
        let index = 2 + (bytes[1] & 0x70).nonzeroBitCount
        return index < bytes.count ? bytes[index] : nil
    }
}
