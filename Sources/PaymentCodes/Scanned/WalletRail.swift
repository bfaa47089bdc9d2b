/// How the payment codes of one wallet look: all digits, a prefix in a range, a length in a range.
///
/// Wallets change their numbers, so the table is configuration; ``standard`` is what is published today.
package struct WalletRail: Sendable, Hashable {
    /// Stable name for logs and configuration, for example `wechat`.
    package let name: String
    package let englishName: String
    package let chineseName: String
    /// First and last prefix, both included: digits, of equal length.
    package let prefixFrom: String
    package let prefixThrough: String
    /// Lengths of the whole code in digits.
    package let lengths: ClosedRange<Int>

    /// `nil` when the prefixes are not digits of equal length in ascending order, or longer than the code.
    package init?(
        name: String, englishName: String, chineseName: String, prefixFrom: String, prefixThrough: String,
        lengths: ClosedRange<Int>
    ) {
        guard !name.isEmpty, !prefixFrom.isEmpty, prefixFrom.utf8.count == prefixThrough.utf8.count,
            prefixFrom.utf8.allSatisfy(isDigit), prefixThrough.utf8.allSatisfy(isDigit),
            !prefixThrough.utf8.lexicographicallyPrecedes(prefixFrom.utf8),
            lengths.lowerBound >= prefixFrom.utf8.count, lengths.upperBound < PaymentCodeLimits.offlineTextMinimum
        else { return nil }
        self.init(
            checked: name, englishName, chineseName, prefixes: (prefixFrom, prefixThrough), lengths: lengths)
    }

    private init(
        checked name: String, _ englishName: String, _ chineseName: String, prefixes: (String, String),
        lengths: ClosedRange<Int>
    ) {
        self.name = name
        self.englishName = englishName
        self.chineseName = chineseName
        prefixFrom = prefixes.0
        prefixThrough = prefixes.1
        self.lengths = lengths
    }

    /// WeChat Pay from its merchant documentation; Alipay from the `auth_code` field of `alipay.trade.pay`; UnionPay
    /// and e-CNY from integrators only, not from their own text.
    package static let standard = [
        WalletRail(checked: "wechat", "WeChat Pay", "微信支付", prefixes: ("10", "15"), lengths: 18...18),
        WalletRail(checked: "alipay", "Alipay", "支付宝", prefixes: ("25", "30"), lengths: 16...24),
        WalletRail(checked: "unionpay", "UnionPay QuickPass", "云闪付", prefixes: ("62", "62"), lengths: 19...19),
        WalletRail(checked: "ecny", "e-CNY", "数字人民币", prefixes: ("01", "01"), lengths: 19...19),
    ]

    /// Whether `digits`, known to be ASCII digits, has this look.
    func matches(_ digits: [UInt8]) -> Bool {
        let prefix = digits.prefix(prefixFrom.utf8.count)
        return lengths.contains(digits.count)
            && !prefix.lexicographicallyPrecedes(prefixFrom.utf8)
            && !prefixThrough.utf8.lexicographicallyPrecedes(prefix)
    }
}

extension WalletRail: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, englishName, chineseName, prefixFrom, prefixThrough, lengthMinimum, lengthMaximum
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let minimum = try container.decode(Int.self, forKey: .lengthMinimum)
        let maximum = try container.decode(Int.self, forKey: .lengthMaximum)
        guard minimum <= maximum,
            let rail = WalletRail(
                name: try container.decode(String.self, forKey: .name),
                englishName: try container.decode(String.self, forKey: .englishName),
                chineseName: try container.decode(String.self, forKey: .chineseName),
                prefixFrom: try container.decode(String.self, forKey: .prefixFrom),
                prefixThrough: try container.decode(String.self, forKey: .prefixThrough),
                lengths: minimum...maximum)
        else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "prefixes or lengths of a wallet make no sense"))
        }
        self = rail
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(englishName, forKey: .englishName)
        try container.encode(chineseName, forKey: .chineseName)
        try container.encode(prefixFrom, forKey: .prefixFrom)
        try container.encode(prefixThrough, forKey: .prefixThrough)
        try container.encode(lengths.lowerBound, forKey: .lengthMinimum)
        try container.encode(lengths.upperBound, forKey: .lengthMaximum)
    }
}

/// Whether `byte` is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
