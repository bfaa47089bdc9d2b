import Payments

/// What CommitTransaction with option 01 returns: the card's proof of the whole transaction to its issuer.
package struct DESFireTransactionMAC: Sendable, Hashable {
    /// TMC: how many transactions the application has committed, this one included.
    package let counter: UInt32
    /// TMV, 8 bytes.
    package let value: [UInt8]

    package init(decoding data: [UInt8]) throws(DESFireError) {
        let data = try DESFireAnswer.exactly(12, data, of: "transaction MAC")
        counter = UInt32(littleEndian: data[0..<4])
        value = Array(data[4..<12])
    }

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
}
