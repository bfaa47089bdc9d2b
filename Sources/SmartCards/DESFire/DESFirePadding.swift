import Payments

/// Padding of encrypted messages: 80, then zeros up to a whole number of AES blocks.
enum DESFirePadding {
    /// At least the 80 is always added.
    static func add(_ data: [UInt8]) -> [UInt8] {
        let length = (data.count / AES128.blockLength + 1) * AES128.blockLength
        return data + [0x80] + [UInt8](repeating: 0, count: length - data.count - 1)
    }

    /// What stands before the 80 in the last block.
    static func remove(_ blocks: [UInt8]) throws(DESFireError) -> [UInt8] {
        guard let marker = blocks.lastIndex(where: { $0 != 0 }), blocks[marker] == 0x80,
            blocks.count - marker <= AES128.blockLength
        else { throw DESFireError(.paddingWrong) }
        return Array(blocks[..<marker])
    }
}
