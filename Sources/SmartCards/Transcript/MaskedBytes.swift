import Payments

/// Bytes of a transcript, some of which are hidden: their number is kept, what they were is not.
package struct MaskedBytes: Sendable, Hashable {
    /// Hidden bytes are `nil`.
    package private(set) var bytes: [UInt8?]

    /// All of them shown.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An answer of which, beside its two status bytes, only the bytes at the places in `shown` are shown.
    init(_ answer: [UInt8], _ shown: [Int: UInt8]) {
        bytes = answer.indices.map { $0 >= answer.count - 2 ? answer[$0] : shown[$0] }
    }

    /// Two hexadecimal digits for each byte, `**` for a hidden one.
    package init?(text: some StringProtocol) {
        let characters = Array(text.utf8)
        guard characters.count % 2 == 0 else { return nil }
        var bytes: [UInt8?] = []
        for start in stride(from: 0, to: characters.count, by: 2) {
            let pair = characters[start..<(start + 2)]
            if pair.allSatisfy({ $0 == UInt8(ascii: "*") }) {
                bytes.append(nil)
            } else {
                guard !pair.contains(UInt8(ascii: " ")), let byte = Hex.decode(String(decoding: pair, as: UTF8.self))
                else { return nil }
                bytes += byte.map(Optional.some)
            }
        }
        self.bytes = bytes
    }

    /// The form that ``init(text:)`` reads.
    package var text: String { bytes.map { $0.map { Hex.encode([$0]) } ?? "**" }.joined() }

    package var count: Int { bytes.count }

    /// The bytes with zeros for what is hidden.
    package var filled: [UInt8] { bytes.map { $0 ?? 0 } }

    /// Whether `other` has the same length and the same bytes where they are shown.
    package func matches(_ other: [UInt8]) -> Bool {
        bytes.count == other.count && zip(bytes, other).allSatisfy { $0 == nil || $0 == $1 }
    }

    /// Hides the bytes of `range`, as far as they exist.
    mutating func hide(_ range: Range<Int>) {
        for index in range.clamped(to: 0..<bytes.count) { bytes[index] = nil }
    }

    /// Replaces every run `secret` in `range` by `pseudonym` of the same length. Runs that were replaced stay.
    mutating func replace(_ secret: [UInt8], by pseudonym: [UInt8], in range: Range<Int>, _ isReplaced: inout [Bool]) {
        invariant(secret.count == pseudonym.count, "a pseudonym keeps the length")
        let range = range.clamped(to: 0..<bytes.count)
        guard !secret.isEmpty, range.count >= secret.count else { return }
        for start in range.lowerBound...(range.upperBound - secret.count) {
            let run = start..<(start + secret.count)
            guard zip(bytes[run], secret).allSatisfy({ $0 == $1 }), !isReplaced[run].contains(true) else { continue }
            for (index, byte) in zip(run, pseudonym) { (bytes[index], isReplaced[index]) = (byte, true) }
        }
    }
}
