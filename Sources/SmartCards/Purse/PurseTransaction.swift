import Payments

/// What the codes of a purse transaction are computed over, beside serials and balances.
package struct PurseTransaction: Sendable, Hashable {
    /// Transaction type 02: load of the electronic purse.
    package static let loadType: UInt8 = 0x02
    /// Transaction type 06: purchase from the electronic purse.
    package static let purchaseType: UInt8 = 0x06
    /// Transaction type 09: compound purchase (CAPP), money and records in one step.
    package static let compoundPurchaseType: UInt8 = 0x09

    /// In fen; a card counts in 32 bits.
    package var amount: UInt32
    /// See the constants of this type.
    package var type: UInt8
    package var terminal: TerminalID
    /// Local date and time, as the card logs them.
    package var time: CalendarTime

    package init(amount: UInt32, type: UInt8, terminal: TerminalID, time: CalendarTime) {
        self.amount = amount
        self.type = type
        self.terminal = terminal
        self.time = time
    }

    /// Amount 4, type 1, terminal 6.
    var amountTypeTerminal: [UInt8] { amount.bigEndianBytes(count: 4) + [type] + terminal.bytes }

    /// Date 4, time 3, both BCD.
    var dateAndTime: [UInt8] { time.binaryCodedDate + time.binaryCodedTime }
}
