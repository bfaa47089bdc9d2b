import Crypto
import Payments

/// What is stored of an account's PIN: PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2) with a salt of its own.
///
/// Six digits are a million PINs, so no hash keeps whoever copies a terminal's disk from trying all of them. The
/// iterations make that a matter of hours instead of seconds, per account; what protects the money is the lock after
/// ``Payments/PINLock/attempts`` wrong tries and the exposure bound.
package struct PINHash: Sendable, Hashable {
    /// About 40 ms on a terminal's processor.
    package static let standardIterations = 20_000
    package static let saltBytes = 16

    package let salt: [UInt8]
    package let hash: [UInt8]
    package let iterations: Int

    /// Hashes a PIN.
    ///
    /// - Parameters:
    ///   - digits: the PIN's digits as ASCII.
    ///   - salt: random, of ``saltBytes`` bytes.
    package init(digits: [UInt8], salt: [UInt8], iterations: Int = standardIterations) {
        self.salt = salt
        self.iterations = iterations
        hash = Self.derived(digits, salt: salt, iterations: iterations)
    }

    /// What the hub told about an account's PIN; `nil` when it is not whole.
    package init?(_ message: AccountTermsMessage.PIN) {
        guard let salt = Hex.decode(message.salt), let hash = Hex.decode(message.hash), hash.count == 32,
            message.iterations > 0
        else { return nil }
        self.salt = salt
        self.hash = hash
        iterations = message.iterations
    }

    /// Whether it is the hash of this PIN. Takes as long for a wrong one as for the right one.
    package func matches(_ digits: [UInt8]) -> Bool {
        let other = Self.derived(digits, salt: salt, iterations: iterations)
        return zip(hash, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// One block, which is the whole of a 32-byte result.
    private static func derived(_ digits: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        let key = SymmetricKey(data: digits)
        var block = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<max(iterations, 2) where iterations > 1 {
            block = Array(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for index in result.indices { result[index] ^= block[index] }
        }
        return result
    }
}
