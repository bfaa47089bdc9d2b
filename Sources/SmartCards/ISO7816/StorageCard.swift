import Payments

/// A card without commands of its own, as PC/SC readers name it in the historical bytes they make up (PC/SC part 3,
/// section 3.1.3.2.3.2): `80 4F 0C A000000306 SS NNNN 00000000`.
package struct StorageCard: Sendable, Hashable {
    private static let start: [UInt8] = [0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06]

    /// SS: 03 is ISO 14443 type A part 3.
    package let standard: UInt8
    /// NNNN: the registered card name.
    package let number: UInt16

    /// `nil` when the bytes do not name a storage card.
    package init?(historicalBytes bytes: [UInt8]) {
        guard bytes.count >= 11, bytes.starts(with: Self.start) else { return nil }
        standard = bytes[8]
        number = UInt16(bytes[9]) << 8 | UInt16(bytes[10])
    }

    /// The product, or its number in the supplement to PC/SC part 3.
    package var name: String {
        switch number {
        case 0x0001: "MIFARE Classic 1K"
        case 0x0002: "MIFARE Classic 4K"
        case 0x0003: "MIFARE Ultralight"
        case 0x0026: "MIFARE Mini"
        case 0xFF00...: "vendor's own number \(Hex.encode(number.bigEndianBytes(count: 2)))"
        default: "number \(Hex.encode(number.bigEndianBytes(count: 2))) of the PC/SC list"
        }
    }
}
