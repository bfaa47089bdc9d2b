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

    /// The INITIALIZE of a purchase of either type, 06 or 09.
    static func initialize(
        type: UInt8, keyIndex: UInt8, amount: UInt32, terminal: TerminalID
    ) -> CommandAPDU {
        type == PurseTransaction.compoundPurchaseType
            ? initializeForCompoundPurchase(keyIndex: keyIndex, amount: amount, terminal: terminal)
            : initializeForPurchase(keyIndex: keyIndex, amount: amount, terminal: terminal)
    }

    /// READ RECORD (`00 B2`) of a ``MealCounter``, by identifier or by number.
    ///
    /// - Parameter shortFile: 1 to 30.
    package static func readCompoundRecord(_ selection: CompoundRecord.Selection, shortFile: UInt8) -> CommandAPDU {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        return CommandAPDU(
            0x00, 0xB2, selection.parameter, shortFile << 3 | selection.mode, expectedLength: MealCounter.length)
    }

    /// UPDATE CAPP DATA CACHE (`80 DC`): the record's new content, which DEBIT commits together with the purse.
    ///
    /// - Parameters:
    ///   - shortFile: 1 to 30.
    ///   - content: the whole record.
    ///   - mac: 4 bytes for a file with line protection, otherwise none.
    package static func updateCompoundRecord(
        _ selection: CompoundRecord.Selection, shortFile: UInt8, content: [UInt8], mac: [UInt8] = []
    ) -> CommandAPDU {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        invariant(mac.isEmpty || mac.count == 4, "a line-protection MAC has 4 bytes")
        return CommandAPDU(
            0x80, 0xDC, selection.parameter, shortFile << 3 | selection.mode, data: content + mac)
    }
}
