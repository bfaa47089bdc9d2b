import Payments
import SmartCards

/// Everything that a simulated purse card keeps without power. Its keys are not among it: they follow from the lab's
/// master keys and the card's number.
package struct PurseCardMemory: Sendable, Equatable, Codable {
    /// Records of the transaction log (cyclic file 0x18).
    package static let logLength = 10

    /// File 0x15.
    package var information: PublicInformation
    /// File 0x16, the cardholder, 39 bytes.
    package var cardholder: [UInt8]
    /// The identifier that the reader gives for `FF CA 00 00 00`.
    package var identifier: [UInt8]
    /// Name under which the application is selected.
    package var applicationName: [UInt8]
    /// File identifier of the application.
    package var applicationFile: UInt16
    /// The one purchase key index that the card knows.
    package var purchaseKeyIndex: UInt8
    package var keyVersion: UInt8
    package var algorithm: UInt8
    /// In fen.
    package var balance: UInt32
    /// Counts purchases; used up at 65,535.
    package var offlineSerial: UInt16
    /// Counts loads.
    package var onlineSerial: UInt16
    /// 23-byte records, newest first.
    package var log: [[UInt8]]
    /// The purse application is locked.
    package var isApplicationLocked: Bool
    /// The card as a whole is locked.
    package var isCardLocked: Bool
    /// Whether the answer to SELECT carries file 0x15 in tag 9F0C, as it should.
    package var givesInformationOnSelect: Bool
    /// Whether answers wait for GET RESPONSE behind 61xx, as on a contact card with protocol T=0.
    package var answersThroughGetResponse: Bool
    /// PIN, compound records, transaction proofs, and how this card numbers them.
    package var behavior: PurseCardBehavior

    /// A card as it leaves the card office: PBOC application, empty log, nothing locked.
    ///
    /// - Parameters:
    ///   - identifier: 4, 7 or 10 bytes.
    ///   - balance: in fen.
    package init(information: PublicInformation, identifier: [UInt8], balance: UInt32 = 0) {
        self.information = information
        self.identifier = identifier
        self.balance = balance
        cardholder = [UInt8](repeating: 0, count: 39)
        applicationName = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]
        applicationFile = 0x3F01
        purchaseKeyIndex = 0x01
        keyVersion = 0x01
        algorithm = 0x00
        offlineSerial = 0
        onlineSerial = 0
        log = []
        isApplicationLocked = false
        isCardLocked = false
        givesInformationOnSelect = true
        answersThroughGetResponse = false
        behavior = PurseCardBehavior()
    }
}
