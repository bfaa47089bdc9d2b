import Payments

/// What CommitTransaction with option 01 returns: the card's proof of the whole transaction to its issuer.
package struct DESFireTransactionMAC: Sendable, Hashable {
    /// TMC 4 and TMV 8.
    package static let length = 12

    /// TMC: how many transactions the application has committed, this one included.
    package let counter: UInt32
    /// TMV, 8 bytes.
    package let value: [UInt8]

    /// Reads what the card sends, TMC least significant byte first: the answer to a commit, or the content of the
    /// transaction MAC file.
    package init(decoding data: [UInt8]) throws(DESFireError) {
        let data = try DESFireAnswer.exactly(Self.length, data, of: "transaction MAC")
        counter = UInt32(littleEndian: data[0..<4])
        value = Array(data[4..<12])
    }

    /// TMC 4, most significant byte first, and TMV 8.
    init(canonicalBytes bytes: [UInt8]) {
        invariant(bytes.count == Self.length, "a transaction MAC has 12 bytes")
        counter = UInt32(bigEndian: bytes[0..<4])
        value = Array(bytes[4..<12])
    }

    /// TMC 4, most significant byte first, and TMV 8.
    var canonicalBytes: [UInt8] { counter.bigEndianBytes(count: 4) + value }

    /// The keys under which a card computes the TMV and encrypts the last reader's identifier. The issuer derives
    /// them; a terminal holds no such key.
    ///
    /// - Parameters:
    ///   - key: the application's transaction MAC key.
    ///   - cardUID: 7 bytes.
    ///   - counterBefore: TMC before the transaction; the keys belong to the next one.
    package static func sessionKeys(key: AESKey, cardUID: [UInt8], counterBefore: UInt32) -> DESFireSessionKeys {
        invariant(cardUID.count == 7, "a DESFire UID has 7 bytes")
        func derived(_ label: UInt8) -> AESKey {
            let vector =
                [label, 0x00, 0x01, 0x00, 0x80] + (counterBefore &+ 1).littleEndianBytes(count: 4) + cardUID
            return AESKey(unchecked: AESCMAC.compute(vector, key: key))
        }
        return DESFireSessionKeys(encryption: derived(0xA5), authentication: derived(0x5A))
    }

    /// The TMV of the transaction that brings the counter to `counter` and ran `input`.
    package static func value(
        of input: DESFireTransactionInput, key: AESKey, cardUID: [UInt8], counter: UInt32
    ) -> [UInt8] {
        let keys = sessionKeys(key: key, cardUID: cardUID, counterBefore: counter &- 1)
        return AESCMAC.truncated(input.bytes, key: keys.authentication)
    }
}

extension DESFireDebitEvidence {
    /// Whether the card's transaction MAC was made with `key` over exactly this debit; `nil` without a transaction MAC
    /// or without the UID that goes into it.
    ///
    /// The rule of what is covered comes from the data sheet MF2DL(H)x0 section 10.3. Nobody has published an example
    /// with a TMV, so that this has to be tried on a real card before a hub relies on it.
    ///
    /// - Parameter key: the application's transaction MAC key on this card, already diversified.
    package func isGenuine(underTransactionMACKey key: AESKey) -> Bool? {
        guard let transactionMAC, let uid else { return nil }
        var input = DESFireTransactionInput()
        if let identity { input.readData(file: identity.file, identity.bytes) }
        input.value(.getValue, file: valueFile, UInt32(bitPattern: valueBefore))
        input.value(.debit, file: valueFile, record.amount)
        input.writeRecord(file: recordFile, record.bytes)
        return transactionMAC.value
            == DESFireTransactionMAC.value(of: input, key: key, cardUID: uid, counter: transactionMAC.counter)
    }
}
