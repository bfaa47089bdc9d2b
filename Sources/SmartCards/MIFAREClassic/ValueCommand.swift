import Payments

/// The value commands of MIFARE Classic as each reader wants them written.
///
/// The purse machines do not use them: see docs/reference/mifare-classic.md. They are here for tools that must speak to
/// cards whose keys may only decrement, and to hold each reader's byte order in one place.
/// All need the sector to be authenticated, and none may be sent to a reader whose dialect is not known by its name.
package enum ValueCommand {
    /// Lowers a value block, and writes it where the reader has a step of its own for that.
    ///
    /// - Parameter amount: in fen.
    /// - Returns: the commands in their order; `nil` where the dialect is not known in full.
    package static func decrement(_ block: MIFAREClassicBlock, by amount: UInt32, in dialect: ValueDialect)
        -> [CommandAPDU]?
    {
        let number = block.number
        let leastFirst = amount.littleEndianBytes(count: 4)
        switch dialect {
        case .acs:
            return [CommandAPDU(0xFF, 0xD7, 0x00, number, data: [0x02] + amount.bigEndianBytes(count: 4))]
        case .identiv3720: return [CommandAPDU(0xFF, 0xF0, 0x00, number, data: [0xC0, number] + leastFirst)]
        case .identiv4701:
            let objects: [UInt8] = [0xA1, 0x09, 0x80, 0x01, number, 0x81, 0x04] + leastFirst
            return [CommandAPDU(0xFF, 0xC2, 0x00, 0x03, data: objects, expectedLength: 256)]
        case .omnikey5022: return [CommandAPDU(0xFF, 0xD8, 0x00, number, data: leastFirst)]
        case .omnikey5023: return nil
        case .pn532:
            return [exchange([0xC0, number] + leastFirst)] + (transfer(to: block, in: dialect).map { [$0] } ?? [])
        }
    }

    /// Copies a value block over another one of the same sector, through the card's register.
    ///
    /// - Returns: `nil` where the dialect has no such command.
    package static func copy(
        _ source: MIFAREClassicBlock, to destination: MIFAREClassicBlock, in dialect: ValueDialect
    ) -> CommandAPDU? {
        guard dialect == .acs, source.sector == destination.sector else { return nil }
        return CommandAPDU(0xFF, 0xD7, 0x00, source.number, data: [0x03, destination.number])
    }

    /// Writes the card's register into a block.
    ///
    /// - Returns: `nil` where the reader does it by itself, or the dialect is not known in full.
    package static func transfer(to block: MIFAREClassicBlock, in dialect: ValueDialect) -> CommandAPDU? {
        dialect == .pn532 ? exchange([0xB0, block.number]) : nil
    }

    /// InDataExchange (D4 40) with target 1. The chip's own status is in the answer's data: 9000 alone says nothing.
    private static func exchange(_ command: [UInt8]) -> CommandAPDU {
        CommandAPDU(0xFF, 0x00, 0x00, 0x00, data: [0xD4, 0x40, 0x01] + command)
    }
}
