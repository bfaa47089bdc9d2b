/// What the code CMAC asks of a block cipher.
protocol BlockCipher {
    /// In bytes: 8 or 16.
    static var blockLength: Int { get }

    /// One block, encrypted.
    func encrypt(block: [UInt8]) -> [UInt8]

    /// Whole blocks in CBC mode, encrypted; no padding is added.
    func encryptCBC(_ blocks: [UInt8], initialVector: [UInt8]) -> [UInt8]
}

extension AES128: BlockCipher {}
extension TripleDES: BlockCipher {}
