import Payments

/// The two keys of an EV2 session. Nothing that prints them shows a byte.
package struct DESFireSessionKeys: Sendable {
    package let encryption: AESKey
    package let authentication: AESKey

    package init(encryption: AESKey, authentication: AESKey) {
        self.encryption = encryption
        self.authentication = authentication
    }

    /// The keys after AuthenticateEV2First (AN12343, AN12196): CMAC over the vectors SV1 and SV2.
    ///
    /// - Parameters:
    ///   - key: the application key of this card.
    ///   - terminalRandom: RndA, 16 bytes.
    ///   - cardRandom: RndB, 16 bytes.
    package init(key: AESKey, terminalRandom: [UInt8], cardRandom: [UInt8]) {
        func derived(_ label: [UInt8]) -> AESKey {
            let vector = Self.sessionVector(label, terminalRandom: terminalRandom, cardRandom: cardRandom)
            return AESKey(unchecked: AESCMAC.compute(vector, key: key))
        }
        encryption = derived([0xA5, 0x5A])
        authentication = derived([0x5A, 0xA5])
    }

    /// SV1 (label A55A) or SV2 (label 5AA5): 32 bytes of label, counter 0001, length 0080 and both random numbers.
    package static func sessionVector(
        _ label: [UInt8], terminalRandom: [UInt8], cardRandom: [UInt8]
    ) -> [UInt8] {
        invariant(terminalRandom.count == 16 && cardRandom.count == 16, "a session's random numbers have 16 bytes")
        let mixed = zip(terminalRandom[2..<8], cardRandom[0..<6]).map { $0 ^ $1 }
        return label + [0x00, 0x01, 0x00, 0x80] + terminalRandom[0..<2] + mixed + cardRandom[6..<16]
            + terminalRandom[8..<16]
    }

    /// The session key after the AES authentication of EV1 (AA).
    package static func legacy(terminalRandom: [UInt8], cardRandom: [UInt8]) -> AESKey {
        invariant(terminalRandom.count == 16 && cardRandom.count == 16, "a session's random numbers have 16 bytes")
        return AESKey(
            unchecked: Array(terminalRandom[0..<4] + cardRandom[0..<4] + terminalRandom[12..<16] + cardRandom[12..<16]))
    }

    /// The initial vector of an encrypted command under `counter`.
    package func commandVector(transactionIdentifier: [UInt8], counter: UInt16) -> [UInt8] {
        vector([0xA5, 0x5A], transactionIdentifier, counter)
    }

    /// The initial vector of an encrypted answer; `counter` is already one more than that of its command.
    package func answerVector(transactionIdentifier: [UInt8], counter: UInt16) -> [UInt8] {
        vector([0x5A, 0xA5], transactionIdentifier, counter)
    }

    private func vector(_ label: [UInt8], _ identifier: [UInt8], _ counter: UInt16) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: 8)
        return AES128(key: encryption).encrypt(block: label + identifier + counter.littleEndianBytes(count: 2) + zeros)
    }
}
