import Payments

/// The message authentication code of purse cards: padding 80 00…, DES in CBC mode, the first 4 bytes of the last
/// block. With a double key only the last block passes through all three steps (ISO 9797-1 algorithm 3).
package enum PurseMAC {
    /// Four bytes.
    ///
    /// - Parameters:
    ///   - key: 8 bytes (a session key) or 16 bytes (a card key).
    ///   - initialVector: zeros for transactions; the card's random number and zeros in secure messaging.
    package static func compute(
        _ data: [UInt8], key: DESKey, initialVector: [UInt8] = TripleDES.zeroVector
    ) -> [UInt8] {
        let blocks = padded(data)
        let chained = TripleDES(key: key.left).encryptCBC(blocks, initialVector: initialVector)
        var last = Array(chained.suffix(TripleDES.blockLength))
        if key.isDouble {
            last = TripleDES(key: key.right).decrypt(block: last)
            last = TripleDES(key: key.left).encrypt(block: last)
        }
        return Array(last.prefix(4))
    }

    /// `data`, then 80, then zeros up to a whole number of blocks; at least the 80 is always added.
    static func padded(_ data: [UInt8]) -> [UInt8] {
        let blocks = data.count / TripleDES.blockLength + 1
        return data + [0x80] + [UInt8](repeating: 0, count: blocks * TripleDES.blockLength - data.count - 1)
    }
}
