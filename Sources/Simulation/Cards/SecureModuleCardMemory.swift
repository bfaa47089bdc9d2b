import Payments

/// Everything that a simulated PSAM keeps without power, except its key.
package struct SecureModuleCardMemory: Sendable, Equatable, Codable {
    /// File 0x16: the terminal that the module was made for.
    package var terminal: TerminalID
    /// Serial number of the module, ten bytes.
    package var serial: [UInt8]
    package var version: UInt8 = 1
    package var keyCardType: UInt8 = 0
    /// Two bytes.
    package var issuerData: [UInt8] = [0, 0]
    /// File 0x17: index of the purchase key on cards, issuer 8, acquirer 8, first and last day of validity 4 and 4.
    package var applicationInformation: [UInt8]
    /// Files 0x15 and 0x16 stand in the master file; otherwise in the application. File 0x17 is in the application.
    package var hasFilesInMasterFile = true
    /// Name under which the application is selected.
    package var applicationName = Array("LAB.PSAM".utf8)
    /// File identifier of the application.
    package var applicationFile: UInt16 = 0x1001
    /// The keys are in the master file; there is no application.
    package var isFlat = false
    /// Usage of the purchase key: the top three bits are its levels of diversification, 1 to 3 (22, 42, 62). Published
    /// examples name the key of one card: for them 02, no level at all.
    package var keyUsage: UInt8 = 0x22
    package var keyVersion: UInt8 = 1
    package var algorithm: UInt8 = 0
    /// The next terminal transaction serial; used up at 2^32 - 1.
    package var nextTerminalSerial: UInt32 = 1
    /// Wrong MAC2 values in a row that lock the key, 1 to 15.
    package var triesMaximum = SecureModuleCardMemory.triesMaximum
    /// How many of them are left.
    package var triesLeft = SecureModuleCardMemory.triesMaximum
    /// A wrong MAC2 is answered with 63Cx instead of 9302.
    package var tellsTriesLeft = false
    /// Answers wait for GET RESPONSE behind 61xx, and a command has data or Le, not both: protocol T=0.
    package var answersThroughGetResponse = true
    /// CREDIT_SAM_FOR_PURCHASE commands seen, in whatever state.
    package var checksSeen = 0
    /// Those among them that counted as a wrong MAC2.
    package var wrongChecksSeen = 0

    /// Usual attempts after a right MAC2.
    package static let triesMaximum = 10

    /// A module as it leaves the card office.
    ///
    /// - Parameter serial: ten bytes.
    package init(terminal: TerminalID, serial: [UInt8]) {
        invariant(serial.count == 10, "a secure module's serial number has 10 bytes")
        self.terminal = terminal
        self.serial = serial
        let issuer: [UInt8] = [0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x00, 0x06]
        let days: [UInt8] = [0x20, 0x20, 0x01, 0x01, 0x20, 0x49, 0x12, 0x31]
        applicationInformation = [0x01] + issuer + issuer + days
    }

    /// How many factors INIT_SAM_FOR_PURCHASE must carry.
    package var levels: Int { Int(keyUsage >> 5) }

    /// The purchase key answers no more: too many wrong MAC2 values.
    package var isLocked: Bool { triesLeft == 0 }
}
