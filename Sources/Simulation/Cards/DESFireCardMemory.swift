import SmartCards

/// Everything that a simulated DESFire card with one application keeps without power.
package struct DESFireCardMemory: Sendable, Equatable {
    /// What the card says it is, and which commands it knows.
    package enum Generation: Sendable, CaseIterable {
        case ev1
        case ev2
        case ev3

        /// Major and minor version of hardware, then of software, as cards in the field give them.
        var versions: [UInt8] {
            switch self {
            case .ev1: [0x01, 0x00, 0x01, 0x04]
            case .ev2: [0x12, 0x00, 0x02, 0x01]
            case .ev3: [0x33, 0x00, 0x03, 0x00]
            }
        }
    }

    /// A card whose memory fails at the next commit.
    package enum CommitFailure: Sendable {
        /// Reports it and keeps nothing.
        case unchanged
        /// Reports it although everything was kept.
        case changed
    }

    package var generation: Generation
    /// Seven bytes.
    package var uid: [UInt8]
    /// Shows a random identifier in the air and zeros in its version.
    package var hidesUID = false
    /// As SELECT carries it, 3 bytes.
    package var application: [UInt8]
    /// By number.
    package var keys: [UInt8: AESKey]
    /// By number.
    package var files: [UInt8: DESFireCardFile]
    /// The application's transaction MAC file; needs EV2.
    package var transactionMAC: DESFireCardTransactionMAC?
    package var commitFailure: CommitFailure?

    package init(
        generation: Generation, uid: [UInt8], application: [UInt8], keys: [UInt8: AESKey],
        files: [UInt8: DESFireCardFile]
    ) {
        self.generation = generation
        self.uid = uid
        self.application = application
        self.keys = keys
        self.files = files
    }
}

/// One file of a simulated DESFire card.
package struct DESFireCardFile: Sendable, Equatable {
    /// What the file is, with what it holds.
    package enum Content: Sendable, Equatable {
        case data([UInt8])
        case value(Int32, lowerLimit: Int32, upperLimit: Int32)
        /// Cyclic, oldest first. One of the places is the card's own, for the record of an open transaction.
        case records([[UInt8]], length: Int, places: Int)
    }

    package var content: Content
    /// As in the file option: 00 plain, 01 MAC, 03 full.
    package var communication: UInt8
    /// Key numbers; 14 for everybody, 15 for nobody.
    package var readKey: UInt8
    package var writeKey: UInt8
    package var readWriteKey: UInt8
    package var changeKey: UInt8

    package init(
        _ content: Content, communication: UInt8, readKey: UInt8, writeKey: UInt8, readWriteKey: UInt8,
        changeKey: UInt8 = 0
    ) {
        self.content = content
        self.communication = communication
        self.readKey = readKey
        self.writeKey = writeKey
        self.readWriteKey = readWriteKey
        self.changeKey = changeKey
    }
}

/// The transaction MAC file of a simulated DESFire card.
package struct DESFireCardTransactionMAC: Sendable, Equatable {
    package let file: UInt8
    package let key: AESKey
    package var readKey: UInt8
    /// TMC.
    package var counter: UInt32 = 0
    /// TMV, 8 bytes.
    package var value = [UInt8](repeating: 0, count: 8)

    package init(file: UInt8, key: AESKey, readKey: UInt8) {
        self.file = file
        self.key = key
        self.readKey = readKey
    }
}
