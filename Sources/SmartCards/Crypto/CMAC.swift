/// The message authentication code of NIST SP 800-38B over any block cipher.
enum CMAC {
    /// One block.
    ///
    /// - Parameters:
    ///   - blockMinimum: pads to at least as many blocks, which AN10922 asks for.
    ///   - initialVector: one block; zeros by the standard. DESFire EV1 chains its codes through it.
    static func compute<Cipher: BlockCipher>(
        _ data: [UInt8], cipher: Cipher, blockMinimum: Int = 1, initialVector: [UInt8]? = nil
    ) -> [UInt8] {
        let blockLength = Cipher.blockLength
        let zeroVector = [UInt8](repeating: 0, count: blockLength)
        let wholeBlocks = (data.count + blockLength - 1) / blockLength
        let length = max(blockMinimum, wholeBlocks) * blockLength
        // The two subkeys: the encrypted zero block, doubled once and twice.
        let first = doubled(cipher.encrypt(block: zeroVector))
        var blocks = data
        let mask: [UInt8]
        if data.count == length {
            mask = first
        } else {
            blocks += [0x80] + [UInt8](repeating: 0, count: length - data.count - 1)
            mask = doubled(first)
        }
        for index in mask.indices { blocks[length - blockLength + index] ^= mask[index] }
        return Array(cipher.encryptCBC(blocks, initialVector: initialVector ?? zeroVector).suffix(blockLength))
    }

    /// Multiplied by x in GF(2^64) or GF(2^128), whose constants are in SP 800-38B section 5.3.
    private static func doubled(_ block: [UInt8]) -> [UInt8] {
        var result = block.indices.map { index in
            block[index] << 1 | (index + 1 < block.count ? block[index + 1] >> 7 : 0)
        }
        if block[0] & 0x80 != 0 { result[block.count - 1] ^= block.count == 8 ? 0x1B : 0x87 }
        return result
    }
}
