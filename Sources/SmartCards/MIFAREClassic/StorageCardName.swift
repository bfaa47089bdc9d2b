/// The kind of memory card that a reader claims in the answer to reset that it makes up (PC/SC part 3 supplement).
///
/// A hint for screens and logs: readers are wrong about it, and a CPU card may play a memory card. Which card it is
/// shows only when LOAD KEY and AUTHENTICATE succeed.
package struct StorageCardName: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let mifareClassic1K = StorageCardName(rawValue: 0x0001)
    package static let mifareClassic4K = StorageCardName(rawValue: 0x0002)
    package static let mifareUltralight = StorageCardName(rawValue: 0x0003)
    package static let mifareMini = StorageCardName(rawValue: 0x0026)

    /// `3B 8F 80 01 80 4F 0C A0 00 00 03 06`, standard (03 is ISO 14443 A part 3), name 2, 00 00 00 00, check byte.
    ///
    /// - Returns: `nil` for a card with a protocol of its own, and for anything that is not exactly this form.
    package init?(answerToReset bytes: [UInt8]) {
        let prefix: [UInt8] = [0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06]
        guard bytes.count == 20, bytes.starts(with: prefix), bytes[12] == 0x03,
            bytes.dropFirst().reduce(0, ^) == 0
        else { return nil }
        rawValue = UInt16(bytes[13]) << 8 | UInt16(bytes[14])
    }

    /// Whether the reader takes the card for one of the MIFARE Classic family. FFxx are the vendor's own names.
    package var suggestsMIFAREClassic: Bool {
        self == .mifareClassic1K || self == .mifareClassic4K || self == .mifareMini
    }
}
