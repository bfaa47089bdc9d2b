/// The geometry of a MIFARE Classic card: 16 sectors of 4 blocks, on a 4K card 16 more and then 8 of 16 blocks. The
/// last block of each sector, its trailer, holds the keys.
package struct MIFAREClassicBlock: Sendable, Hashable {
    /// Bytes of a block.
    package static let length = 16

    /// From 0, over the whole card.
    package let number: UInt8

    package init(_ number: UInt8) { self.number = number }

    /// 0 to 39.
    package var sector: UInt8 { number < 128 ? number / 4 : 32 + (number - 128) / 16 }

    /// Key A 6 bytes, access conditions 3, general purpose 1, key B 6.
    package var isTrailer: Bool { number < 128 ? number % 4 == 3 : number % 16 == 15 }

    /// Block 0, written by the manufacturer.
    package var isManufacturerBlock: Bool { number == 0 }

    /// Whether a campus may keep data there.
    package var isData: Bool { !isTrailer && !isManufacturerBlock }
}
