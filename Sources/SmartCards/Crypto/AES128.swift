import COpenSSL
import Payments

/// AES with a key of 128 bits (FIPS 197), by libcrypto.
package struct AES128: Sendable {
    /// Sixteen bytes.
    package static let blockLength = 16
    /// Sixteen zero bytes.
    package static let zeroVector = [UInt8](repeating: 0, count: blockLength)

    private let key: AESKey

    package init(key: AESKey) { self.key = key }

    /// One block of 16 bytes, encrypted.
    package func encrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "an AES block has 16 bytes")
        return run(EVP_aes_128_ecb(), encrypting: true, vector: nil, block)
    }

    /// One block of 16 bytes, decrypted.
    package func decrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "an AES block has 16 bytes")
        return run(EVP_aes_128_ecb(), encrypting: false, vector: nil, block)
    }

    /// Whole blocks in CBC mode, encrypted; no padding is added.
    package func encryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(EVP_aes_128_cbc(), encrypting: true, vector: initialVector, blocks)
    }

    /// Whole blocks in CBC mode, decrypted; no padding is removed.
    package func decryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(EVP_aes_128_cbc(), encrypting: false, vector: initialVector, blocks)
    }

    private func run(_ cipher: OpaquePointer?, encrypting: Bool, vector: [UInt8]?, _ input: [UInt8]) -> [UInt8] {
        invariant(input.count % Self.blockLength == 0, "AES works on whole blocks of 16 bytes")
        invariant(vector == nil || vector?.count == Self.blockLength, "an initial vector has 16 bytes")
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        // Fails only when libcrypto is set up without its default provider: nothing here could go on.
        invariant(
            EVP_CipherInit_ex(context, cipher, nil, key.bytes, vector, encrypting ? 1 : 0) == 1,
            "libcrypto offers no AES; check openssl.cnf")
        EVP_CIPHER_CTX_set_padding(context, 0)
        var output = [UInt8](repeating: 0, count: input.count + Self.blockLength)
        var count: Int32 = 0
        invariant(
            EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) == 1
                && Int(count) == input.count,
            "libcrypto processes whole blocks at once")
        return Array(output.prefix(input.count))
    }
}
