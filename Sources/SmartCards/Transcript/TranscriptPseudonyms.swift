import Payments

/// Stands in for the card numbers of one transcript: the same number gets the same pseudonym everywhere.
struct TranscriptPseudonyms {
    /// The longest first, so that a part of a number never breaks the whole.
    private let pairs: [(secret: [UInt8], pseudonym: [UInt8])]

    init(_ secrets: [[UInt8]], using random: inout some RandomNumberGenerator) {
        var pairs: [(secret: [UInt8], pseudonym: [UInt8])] = []
        for secret in Set(secrets).sorted(by: Self.isBefore) {
            // A number that ends another one ends its pseudonym too.
            let whole = pairs.first { $0.secret.count > secret.count && $0.secret.suffix(secret.count) == secret[...] }
            let pseudonym =
                whole.map { Array($0.pseudonym.suffix(secret.count)) } ?? Self.pseudonym(of: secret, using: &random)
            pairs.append((secret, pseudonym))
        }
        self.pairs = pairs
    }

    private static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count > right.count
    }

    /// Decimal digits stay decimal, and the first byte stays: of an identifier it tells the manufacturer, or that it is
    /// drawn anew at every tap; a card number begins alike for a whole campus.
    private static func pseudonym(of secret: [UInt8], using random: inout some RandomNumberGenerator) -> [UInt8] {
        let isDecimal = BinaryCodedDecimal.isDecimal(secret)
        var pseudonym = secret.prefix(1)
        for _ in secret.dropFirst() {
            let pair = UInt8.random(in: 0..<100, using: &random)
            pseudonym.append(
                isDecimal ? pair / 10 << 4 | pair % 10 : UInt8.random(in: .min ... .max, using: &random))
        }
        return Array(pseudonym)
    }

    /// Replaces every number in `range`, in either byte order.
    func apply(to bytes: inout MaskedBytes, in range: Range<Int>) {
        var isReplaced = [Bool](repeating: false, count: bytes.count)
        for (secret, pseudonym) in pairs {
            bytes.replace(secret, by: pseudonym, in: range, &isReplaced)
            bytes.replace(secret.reversed(), by: pseudonym.reversed(), in: range, &isReplaced)
        }
    }
}

extension BinaryCodedDecimal {
    /// Whether every half byte is a decimal digit.
    fileprivate static func isDecimal(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >> 4 <= 9 && $0 & 0x0F <= 9 }
    }
}
