import Payments

/// The message authentication code CMAC over AES-128 (NIST SP 800-38B).
package enum AESCMAC {
    /// Sixteen bytes.
    package static func compute(_ data: [UInt8], key: AESKey) -> [UInt8] {
        compute(data, key: key, blockMinimum: 1)
    }

    /// The odd-numbered bytes (the second, the fourth and so on) of the code over `data`: 8 bytes, as DESFire EV2
    /// sends it.
    package static func truncated(_ data: [UInt8], key: AESKey) -> [UInt8] {
        let code = compute(data, key: key)
        return stride(from: 1, to: code.count, by: 2).map { code[$0] }
    }

    /// Like `compute`, but padded to at least `blockMinimum` blocks, which AN10922 asks for.
    static func compute(_ data: [UInt8], key: AESKey, blockMinimum: Int) -> [UInt8] {
        let cipher = AES128(key: key)
        let (first, second) = subkeys(cipher)
        let length = max(blockMinimum * AES128.blockLength, wholeBlocks(data.count))
        var blocks = data
        let mask: [UInt8]
        if data.count == length {
            mask = first
        } else {
            blocks += [0x80] + [UInt8](repeating: 0, count: length - data.count - 1)
            mask = second
        }
        let start = length - AES128.blockLength
        for index in mask.indices { blocks[start + index] ^= mask[index] }
        return Array(cipher.encryptCBC(blocks).suffix(AES128.blockLength))
    }

    /// The two subkeys: the encrypted zero block, doubled once and twice.
    static func subkeys(_ cipher: AES128) -> ([UInt8], [UInt8]) {
        let first = doubled(cipher.encrypt(block: AES128.zeroVector))
        return (first, doubled(first))
    }

    /// Multiplied by x in GF(2^128); 87 is the constant of that field in SP 800-38B section 5.3.
    private static func doubled(_ block: [UInt8]) -> [UInt8] {
        var result = block.indices.map { index in
            block[index] << 1 | (index + 1 < block.count ? block[index + 1] >> 7 : 0)
        }
        if block[0] & 0x80 != 0 { result[block.count - 1] ^= 0x87 }
        return result
    }

    private static func wholeBlocks(_ count: Int) -> Int {
        (count + AES128.blockLength - 1) / AES128.blockLength * AES128.blockLength
    }
}
