import Payments

/// The message authentication code CMAC over AES-128 (NIST SP 800-38B).
package enum AESCMAC {
    /// Sixteen bytes.
    ///
    /// - Parameter initialVector: 16 bytes; zeros by the standard. DESFire EV1 chains its codes through it.
    package static func compute(
        _ data: [UInt8], key: AESKey, initialVector: [UInt8] = AES128.zeroVector
    ) -> [UInt8] {
        CMAC.compute(data, cipher: AES128(key: key), initialVector: initialVector)
    }

    /// The odd-numbered bytes (the second, the fourth and so on) of the code over `data`: 8 bytes, as DESFire EV2
    /// sends it.
    package static func truncated(_ data: [UInt8], key: AESKey) -> [UInt8] {
        let code = compute(data, key: key)
        return stride(from: 1, to: code.count, by: 2).map { code[$0] }
    }
}
