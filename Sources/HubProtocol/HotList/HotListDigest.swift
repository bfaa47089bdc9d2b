import Crypto
import Payments

/// A digest of a whole hot list that is kept up to date entry by entry: the sum, modulo 2^2048, of a 2048-bit hash of
/// each entry (Bellare and Micciancio, "A New Paradigm for Collision-free Hashing: Incrementality at Reduced Cost",
/// EUROCRYPT 1997, the AdHash construction). Two lists with the same sum are, for everybody who could make one, the
/// same list, whatever the order in which they came about.
///
/// Why so wide: finding another set with a given sum is the generalized birthday problem (Wagner, CRYPTO 2002), which
/// 256 bits do not resist. A forged list of at most 2^20 entries against 2048 bits needs about 2^97 steps; the number
/// of entries is signed beside the digest.
package struct HotListDigest: Sendable, Hashable {
    private static let wordCount = 32
    /// Bytes of ``bytes``.
    package static let byteCount = wordCount * 8

    /// Least significant first.
    private var words: [UInt64]

    /// Of the empty list.
    package init() { words = Array(repeating: 0, count: Self.wordCount) }

    /// What ``bytes`` gave; `nil` for another length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        words = stride(from: 0, to: Self.byteCount, by: 8).map { start in
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) }
        }
    }

    /// The sum, least significant byte first.
    package var bytes: [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
    }

    /// SHA-256 of the sum: what is signed.
    package var short: [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// Adds an entry that is not in the list.
    package mutating func add(_ card: CardID, reason: DeclineReason) {
        let entry = Self.hash(card, reason)
        var carry: UInt64 = 0
        for index in 0..<Self.wordCount {
            let (partial, first) = words[index].addingReportingOverflow(entry[index])
            let (sum, second) = partial.addingReportingOverflow(carry)
            words[index] = sum
            carry = first || second ? 1 : 0
        }
    }

    /// Takes out an entry that is in the list with this reason.
    package mutating func remove(_ card: CardID, reason: DeclineReason) {
        let entry = Self.hash(card, reason)
        var borrow: UInt64 = 0
        for index in 0..<Self.wordCount {
            let (partial, first) = words[index].subtractingReportingOverflow(entry[index])
            let (difference, second) = partial.subtractingReportingOverflow(borrow)
            words[index] = difference
            borrow = first || second ? 1 : 0
        }
    }

    /// Four SHA-512 over a domain text, the reason (2 bytes), the card's text and the block's number.
    private static func hash(_ card: CardID, _ reason: DeclineReason) -> [UInt64] {
        var prefix = SHA512()
        prefix.update(data: Array("campus-till hot list entry v1".utf8))
        prefix.update(data: reason.rawValue.bigEndianBytes(count: 2) + Array(card.text.utf8))
        var words: [UInt64] = []
        words.reserveCapacity(wordCount)
        for block in UInt8(0)..<4 {
            var hasher = prefix
            hasher.update(data: [block])
            hasher.finalize().withUnsafeBytes { digest in
                for offset in stride(from: 0, to: 64, by: 8) {
                    words.append(UInt64(littleEndian: digest.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                }
            }
        }
        return words
    }
}
