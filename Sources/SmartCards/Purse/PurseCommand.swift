import Payments

/// The commands of the electronic purse.
package enum PurseCommand {
    /// READ BINARY of the public-information file (`00 B0 95 00 1E`).
    package static let readPublicInformation = GeneralCommand.readBinary(
        shortFile: PublicInformation.shortFile, count: PublicInformation.length)

    /// GET BALANCE of the purse (`80 5C 00 02 04`).
    package static let getBalance = CommandAPDU(0x80, 0x5C, 0x00, 0x02, expectedLength: 4)

    /// INITIALIZE FOR PURCHASE (`80 50 01 02 0B … 0F`): key index 1, amount 4, terminal 6.
    package static func initializeForPurchase(
        keyIndex: UInt8, amount: UInt32, terminal: TerminalID
    ) -> CommandAPDU {
        CommandAPDU(
            0x80, 0x50, 0x01, 0x02, data: [keyIndex] + amount.bigEndianBytes(count: 4) + terminal.bytes,
            expectedLength: PurchaseInitialization.length)
    }

    /// DEBIT FOR PURCHASE (`80 54 01 00 0F … 08`): terminal serial 4, date 4, time 3, MAC1 4.
    ///
    /// - Parameter mac1: 4 bytes.
    package static func debitForPurchase(
        terminalSerial: UInt32, time: CalendarTime, mac1: [UInt8]
    ) -> CommandAPDU {
        invariant(mac1.count == 4, "MAC1 has 4 bytes")
        return CommandAPDU(
            0x80, 0x54, 0x01, 0x00,
            data: terminalSerial.bigEndianBytes(count: 4) + time.binaryCodedDate + time.binaryCodedTime + mac1,
            expectedLength: PurchaseCryptograms.length)
    }
}
