import Payments

/// Commands of PC/SC part 3 section 3.2.2 for memory cards. The reader itself answers them (class FF); the card only
/// sees its own protocol. GET DATA for the identifier is ``CardIdentifier/command``.
package enum StorageCardCommand {
    /// GET DATA for the historical bytes of the answer to select.
    package static let historicalBytes = CommandAPDU(0xFF, 0xCA, 0x01, 0x00, expectedLength: 256)

    /// LOAD KEY: puts a key into the reader; the card is not asked.
    ///
    /// - Parameter key: 6 bytes.
    package static func loadKey(_ key: [UInt8], into slot: StorageCardKeySlot) -> CommandAPDU {
        invariant(key.count == MIFAREClassicKey.length, "a MIFARE Classic key has 6 bytes")
        return CommandAPDU(0xFF, 0x82, slot.isVolatile ? 0x00 : 0x20, slot.number, data: key)
    }

    /// GENERAL AUTHENTICATE for the sector of `block`, with the key that LOAD KEY put into `slot`.
    package static func authenticate(
        block: UInt8, as kind: MIFAREClassicKey.Kind, slot: StorageCardKeySlot
    ) -> CommandAPDU {
        CommandAPDU(0xFF, 0x86, 0x00, 0x00, data: [0x01, 0x00, block, kind.rawValue, slot.number])
    }

    /// AUTHENTICATE as readers before PC/SC 2.01 want it, 6 bytes. Key kind and slot stand where ISO 7816 has Lc and
    /// data, so it is no ``CommandAPDU`` and no machine sends it: for tools that talk to such a reader.
    package static func legacyAuthenticationBytes(
        block: UInt8, as kind: MIFAREClassicKey.Kind, slot: StorageCardKeySlot
    ) -> [UInt8] {
        [0xFF, 0x88, 0x00, block, kind.rawValue, slot.number]
    }

    /// READ BINARY of one block.
    package static func read(block: UInt8) -> CommandAPDU {
        CommandAPDU(0xFF, 0xB0, 0x00, block, expectedLength: MIFAREClassicBlock.length)
    }

    /// UPDATE BINARY of one block.
    ///
    /// - Parameter content: 16 bytes.
    package static func update(block: UInt8, with content: [UInt8]) -> CommandAPDU {
        invariant(content.count == MIFAREClassicBlock.length, "a MIFARE Classic block has 16 bytes")
        return CommandAPDU(0xFF, 0xD6, 0x00, block, data: content)
    }
}
