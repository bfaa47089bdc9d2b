import Payments

/// One record of the transaction log (cyclic file 0x18, newest first), 23 bytes: serial 2, overdraft 3, amount 4,
/// type 1, terminal 6, date 4, time 3.
package struct PurseLogRecord: Sendable, Hashable {
    /// Length of a record.
    package static let length = 23
    /// Short identifier of the file.
    package static let shortFile: UInt8 = 0x18

    /// Records that the log of cards in the field holds; no more are read.
    static let countMaximum: UInt8 = 10

    /// As the card numbers: cards in the field log the serial before or after they counted it.
    package let serial: UInt16
    /// In fen, 24 bits.
    package let overdraftLimit: UInt32
    /// In fen.
    package let amount: UInt32
    package let type: UInt8
    /// Six bytes.
    package let terminal: [UInt8]
    /// BCD YYYYMMDD and hhmmss, seven bytes, as other terminals sent them: not checked.
    package let dateAndTime: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        self.init(fields: try answer.data(exactly: Self.length, of: "log record"))
    }

    /// - Parameter data: the 23 bytes of the record.
    init(fields data: [UInt8]) {
        invariant(data.count == Self.length, "a log record has 23 bytes")
        serial = UInt16(truncatingIfNeeded: UInt32(bigEndian: data[0..<2]))
        overdraftLimit = UInt32(bigEndian: data[2..<5])
        amount = UInt32(bigEndian: data[5..<9])
        type = data[9]
        terminal = Array(data[10..<16])
        dateAndTime = Array(data[16..<23])
    }

    /// The 23 bytes of the record.
    package var bytes: [UInt8] {
        serial.bigEndianBytes(count: 2) + overdraftLimit.bigEndianBytes(count: 3) + amount.bigEndianBytes(count: 4)
            + [type] + terminal + dateAndTime
    }

    /// What the transaction added to the balance of the purse, in fen; `nil` for a type whose effect is not known.
    ///
    /// The log may be shared with the passbook (types 01, 03 and 05 move its money, 07 its limit), whose transactions
    /// leave the purse alone.
    var purseChange: Int64? {
        switch type {
        case PurseTransaction.loadType: Int64(amount)
        case PurseTransaction.purchaseType, PurseTransaction.compoundPurchaseType: -Int64(amount)
        case 0x01, 0x03, 0x04, 0x05, 0x07: 0
        default: nil
        }
    }

    /// Whether this is the record of `transaction`: same terminal, date, time, amount and type. The serial is left
    /// out, because cards differ in it.
    package func records(_ transaction: PurseTransaction) -> Bool {
        amount == transaction.amount && type == transaction.type && terminal == transaction.terminal.bytes
            && dateAndTime == transaction.dateAndTime
    }

    /// Whether the transaction counted the card's offline serial.
    package var isPurchase: Bool {
        type == PurseTransaction.purchaseType || type == PurseTransaction.compoundPurchaseType
    }
}
