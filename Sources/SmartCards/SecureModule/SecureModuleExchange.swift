import Payments

/// What INIT_SAM_FOR_PURCHASE (80 70) is told: the fields of the card's INITIALIZE answer and of the purchase.
package struct SecureModuleRequest: Sendable, Hashable {
    /// The terminal number that the card was told, six bytes.
    package var terminal: TerminalID
    /// The card's pseudo-random number, 4 bytes.
    package var random: [UInt8]
    /// The card's offline transaction serial.
    package var offlineSerial: UInt16
    /// The amount in fen; a card counts in 32 bits.
    package var amount: UInt32
    /// 06 purchase, 09 compound purchase.
    package var transactionType: UInt8
    /// Date and time of the purchase, as the card will log them.
    package var time: CalendarTime
    package var keyVersion: UInt8
    package var algorithm: UInt8
    /// One to three diversification factors of 8 bytes, the card's own first.
    package var factors: [[UInt8]]

    package init(
        terminal: TerminalID, random: [UInt8], offlineSerial: UInt16, amount: UInt32, transactionType: UInt8,
        time: CalendarTime, keyVersion: UInt8, algorithm: UInt8, factors: [[UInt8]]
    ) {
        self.terminal = terminal
        self.random = random
        self.offlineSerial = offlineSerial
        self.amount = amount
        self.transactionType = transactionType
        self.time = time
        self.keyVersion = keyVersion
        self.algorithm = algorithm
        self.factors = factors
    }
}

/// What the secure module answers: its next terminal transaction serial and the MAC1 that the card will check.
package struct SecureModuleAnswer: Sendable, Hashable {
    package var terminalSerial: UInt32
    /// Four bytes.
    package var mac1: [UInt8]

    package init(terminalSerial: UInt32, mac1: [UInt8]) {
        self.terminalSerial = terminalSerial
        self.mac1 = mac1
    }
}
