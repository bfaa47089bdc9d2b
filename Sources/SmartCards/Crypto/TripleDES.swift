import COpenSSL
import Payments

/// DES-EDE with libcrypto. A single key is used three times over, which is single DES: the plain DES ciphers are not
/// in OpenSSL 3's default provider, the EDE ones are.
package struct TripleDES: Sendable {
    /// Eight bytes.
    package static let blockLength = 8
    /// Eight zero bytes.
    package static let zeroVector = [UInt8](repeating: 0, count: blockLength)

    /// Wrapped keys, so that nothing that prints the cipher shows a byte.
    private enum Key {
        case one(DESKey)
        case two(DESKey)
        case three(ThreeKeyDESKey)
    }

    private let key: Key

    package init(key: DESKey) { self.key = key.isDouble ? .two(key) : .one(key) }

    package init(key: ThreeKeyDESKey) { self.key = .three(key) }

    /// One block of 8 bytes, encrypted.
    package func encrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "a DES block has 8 bytes")
        return run(encrypting: true, vector: nil, block)
    }

    /// One block of 8 bytes, decrypted.
    package func decrypt(block: [UInt8]) -> [UInt8] {
        invariant(block.count == Self.blockLength, "a DES block has 8 bytes")
        return run(encrypting: false, vector: nil, block)
    }

    /// Whole blocks in CBC mode, encrypted; no padding is added.
    package func encryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(encrypting: true, vector: initialVector, blocks)
    }

    /// Whole blocks in CBC mode, decrypted; no padding is removed.
    package func decryptCBC(_ blocks: [UInt8], initialVector: [UInt8] = zeroVector) -> [UInt8] {
        run(encrypting: false, vector: initialVector, blocks)
    }

    /// - Parameter vector: `nil` for single blocks (ECB mode).
    private func run(encrypting: Bool, vector: [UInt8]?, _ input: [UInt8]) -> [UInt8] {
        invariant(input.count % Self.blockLength == 0, "DES works on whole blocks of 8 bytes")
        invariant(vector == nil || vector?.count == Self.blockLength, "an initial vector has 8 bytes")
        let (keys, hasThreeKeys): ([UInt8], Bool) =
            switch key {
            case .one(let key): (key.bytes + key.bytes, false)
            case .two(let key): (key.bytes, false)
            case .three(let key): (key.bytes, true)
            }
        let cipher =
            if vector == nil { hasThreeKeys ? EVP_des_ede3_ecb() : EVP_des_ede_ecb() } else {
                hasThreeKeys ? EVP_des_ede3_cbc() : EVP_des_ede_cbc()
            }
        let context = EVP_CIPHER_CTX_new()
        defer { EVP_CIPHER_CTX_free(context) }
        // Fails only when libcrypto is set up without its default provider: nothing here could go on.
        invariant(
            EVP_CipherInit_ex(context, cipher, nil, keys, vector, encrypting ? 1 : 0) == 1,
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
