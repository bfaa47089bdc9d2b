import COpenSSL
import Payments

/// DES-EDE with libcrypto. A single key is used three times over, which is single DES: the plain DES ciphers are not
/// in OpenSSL 3's default provider, the EDE ones are.
package struct TripleDES: Sendable {
    /// Eight bytes.
    package static let blockLength = 8
    /// Eight zero bytes.
    package static let zeroVector = [UInt8](repeating: 0, count: blockLength)

    private let key: DESKey

    package init(key: DESKey) { self.key = key }

    /// One block of 8 bytes, encrypted.
    package func encrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "a DES block has 8 bytes")
        return run(EVP_des_ede_ecb(), encrypting: true, vector: nil, block)
    }

    /// One block of 8 bytes, decrypted.
    package func decrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "a DES block has 8 bytes")
        return run(EVP_des_ede_ecb(), encrypting: false, vector: nil, block)
    }

    /// Whole blocks in CBC mode, encrypted; no padding is added.
    package func encryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(EVP_des_ede_cbc(), encrypting: true, vector: initialVector, blocks)
    }

    /// Whole blocks in CBC mode, decrypted; no padding is removed.
    package func decryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(EVP_des_ede_cbc(), encrypting: false, vector: initialVector, blocks)
    }

    private func run(
        _ cipher: OpaquePointer?, encrypting: Bool, vector: [UInt8]?, _ input: [UInt8]
    ) -> [UInt8] {
        invariant(input.count % Self.blockLength == 0, "DES works on whole blocks of 8 bytes")
        invariant(vector == nil || vector?.count == Self.blockLength, "an initial vector has 8 bytes")
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        let doubled = key.isDouble ? key.bytes : key.bytes + key.bytes
        // Fails only when libcrypto is set up without its default provider: nothing here could go on.
        invariant(
            EVP_CipherInit_ex(context, cipher, nil, doubled, vector, encrypting ? 1 : 0) == 1,
            "libcrypto offers no DES-EDE; check openssl.cnf")
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
