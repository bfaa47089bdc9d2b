import Payments

/// How one campus set up its DESFire cards: data, not code.
package struct DESFireProfile: Sendable, Hashable {
    /// A file and how it communicates.
    package struct File: Sendable, Hashable {
        /// 0 to 31.
        package let number: UInt8
        package let communication: DESFireCommunication

        package init(number: UInt8, communication: DESFireCommunication) {
            invariant(number < 32, "a DESFire file number is 0 to 31")
            self.number = number
            self.communication = communication
        }
    }

    /// The operator's name for it.
    package let name: String
    package let application: DESFireApplicationID
    /// The key with rights to read identity and value, to debit and to write records.
    package let keyNumber: UInt8
    package let identityFile: File
    /// How many bytes at the start of the identity file name the cardholder's account, 1 to 32.
    package let identityLength: UInt8
    package let valueFile: File
    /// Records of `DESFireDebitRecord.length` bytes.
    package let recordFile: File
    /// Whether the application has a transaction MAC file, so that a commit returns its proof.
    package let hasTransactionMAC: Bool

    package init(
        name: String, application: DESFireApplicationID, keyNumber: UInt8, identityFile: File, identityLength: UInt8,
        valueFile: File, recordFile: File, hasTransactionMAC: Bool
    ) {
        invariant((1...32).contains(identityLength), "an identity has 1 to 32 bytes")
        self.name = name
        self.application = application
        self.keyNumber = keyNumber
        self.identityFile = identityFile
        self.identityLength = identityLength
        self.valueFile = valueFile
        self.recordFile = recordFile
        self.hasTransactionMAC = hasTransactionMAC
    }
}
