/// An amount of money in fen (1/100 yuan), 64 bits, signed. Arithmetic traps on overflow.
///
/// There is no floating point anywhere near money. A purchase amount is always positive; entries may be negative.
package struct Amount: Hashable, Comparable, Sendable {
    /// The amount in fen.
    package var fen: Int64

    /// - Parameter fen: the amount in fen.
    package init(fen: Int64) { self.fen = fen }

    package static let zero = Amount(fen: 0)

    /// Largest amount of one sale that any part accepts: ¥1,000,000.00. A card's purse counts in 32 bits, and no
    /// campus sale comes near; a larger figure is a typing mistake or an attack.
    package static let saleMaximum = Amount(fen: 100_000_000)

    package static func < (left: Self, right: Self) -> Bool { left.fen < right.fen }
    package static func + (left: Self, right: Self) -> Self { Amount(fen: left.fen + right.fen) }
    package static func - (left: Self, right: Self) -> Self { Amount(fen: left.fen - right.fen) }
    package static prefix func - (amount: Self) -> Self { Amount(fen: -amount.fen) }
    package static func += (left: inout Self, right: Self) { left = left + right }
    package static func -= (left: inout Self, right: Self) { left = left - right }

    /// Reads yuan with at most two decimals: `12`, `12.5`, `12.50`. Anything else, a sign, or more than
    /// ``saleMaximum`` gives `nil`.
    package init?(yuan text: some StringProtocol) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.count <= 9,
            whole.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let yuan = Int64(whole)
        else { return nil }
        var cents: Int64 = 0
        if parts.count == 2 {
            let fraction = parts[1]
            guard (1...2).contains(fraction.utf8.count),
                fraction.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let digits = Int64(fraction)
            else { return nil }
            cents = fraction.utf8.count == 1 ? digits * 10 : digits
        }
        let amount = Amount(fen: yuan * 100 + cents)
        guard amount <= .saleMaximum else { return nil }
        self = amount
    }

    /// Yuan with two decimals and no currency sign: `12.50`, `-0.05`.
    package var yuanText: String {
        let magnitude = fen.magnitude
        let cents = magnitude % 100
        return "\(fen < 0 ? "-" : "")\(magnitude / 100).\(cents < 10 ? "0" : "")\(cents)"
    }
}

extension Amount: CustomStringConvertible {
    /// `¥12.50`.
    package var description: String { fen < 0 ? "-¥\((-self).yuanText)" : "¥\(yuanText)" }
}

extension Amount: Codable {
    /// On the wire an amount is a whole number of fen.
    package init(from decoder: any Decoder) throws { fen = try decoder.singleValueContainer().decode(Int64.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(fen)
    }
}
