import Payments

extension PurseCommand {
    /// INITIALIZE FOR CAPP PURCHASE (`80 50 03 02 0B … 0F`): like a purchase, with transaction type 09. The DEBIT that
    /// ends it is the DEBIT of a purchase.
    ///
    /// - Parameter amount: in fen; zero changes records only.
    package static func initializeForCompoundPurchase(
        keyIndex: UInt8, amount: UInt32, terminal: TerminalID
    ) -> CommandAPDU {
        CommandAPDU(
            0x80, 0x50, 0x03, 0x02, data: [keyIndex] + amount.bigEndianBytes(count: 4) + terminal.bytes,
            expectedLength: PurchaseInitialization.length)
    }

    /// UPDATE CAPP DATA CACHE (`80 DC`): the record's new content, which DEBIT commits together with the purse.
    ///
    /// - Parameters:
    ///   - shortFile: 1 to 30.
    ///   - content: the whole record.
    ///   - mac: 4 bytes for a file with line protection, otherwise none.
    package static func updateCompoundRecord(
        _ record: CompoundRecord, shortFile: UInt8, content: [UInt8], mac: [UInt8] = []
    ) -> CommandAPDU {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        invariant(mac.isEmpty || mac.count == 4, "a line-protection MAC has 4 bytes")
        let (parameter, mode): (UInt8, UInt8) =
            switch record {
            case .identifier(let identifier): (identifier, 0x00)
            case .number(let number): (number, 0x04)
            }
        return CommandAPDU(0x80, 0xDC, parameter, shortFile << 3 | mode, data: content + mac)
    }
}

/// Which record of a compound-purchase file is meant.
package enum CompoundRecord: Sendable, Hashable {
    /// The first record whose first byte is this.
    case identifier(UInt8)
    /// By number, from 1.
    case number(UInt8)
}
