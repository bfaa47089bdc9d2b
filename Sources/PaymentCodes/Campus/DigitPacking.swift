import Payments

/// Bytes as decimal digits: each group of seven bytes, read as one big-endian number, becomes 17 digits.
///
/// Numeric mode of a QR symbol packs three digits into ten bits, so this is within 1 % of the density of raw bytes,
/// and unlike raw bytes it survives every keyboard layout, character set and serial line. A last group of 1 to 6
/// bytes takes the digits of the table below. Each byte string has exactly one text: leading zeros are kept, and a
/// group whose number needs more bytes than it stands for is refused.
///
/// | bytes | 1 | 2 | 3 | 4 | 5 | 6 | 7 |
/// |---|---|---|---|---|---|---|---|
/// | digits | 3 | 5 | 8 | 10 | 13 | 15 | 17 |
package enum DigitPacking {
    /// Digits of a group by its number of bytes: the smallest `d` with 10^d ≥ 256^bytes.
    private static let digitsByByteCount = [0, 3, 5, 8, 10, 13, 15, 17]
    private static let groupBytes = 7
    private static let groupDigits = 17

    /// Number of digits for `byteCount` bytes.
    package static func digitCount(byteCount: Int) -> Int {
        byteCount / groupBytes * groupDigits + digitsByByteCount[byteCount % groupBytes]
    }

    /// The digits of `bytes`; empty for none.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(digitCount(byteCount: bytes.count))
        for start in stride(from: 0, to: bytes.count, by: groupBytes) {
            let group = bytes[start..<min(start + groupBytes, bytes.count)]
            var number = group.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            var digits = [UInt8](repeating: UInt8(ascii: "0"), count: digitsByByteCount[group.count])
            for index in digits.indices.reversed() {
                digits[index] += UInt8(number % 10)
                number /= 10
            }
            text += digits
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes whose digits are `text` (ASCII); `nil` when no byte string has this text.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var rest = text[...]
        while !rest.isEmpty {
            let digits = rest.prefix(groupDigits)
            rest = rest.dropFirst(groupDigits)
            guard let byteCount = digitsByByteCount.firstIndex(of: digits.count), byteCount > 0 else { return nil }
            var number: UInt64 = 0
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
            }
            guard number >> UInt64(byteCount * 8) == 0 else { return nil }
            bytes += number.bigEndianBytes(count: byteCount)
        }
        return bytes
    }
}
