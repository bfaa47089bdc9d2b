/// Upper-case hexadecimal text of bytes, and back.
package enum Hex {
    private static let digits: [UInt8] = Array("0123456789ABCDEF".utf8)

    /// Two upper-case digits per byte, no separators.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of hexadecimal `text` in either case, spaces ignored; `nil` when it is not whole bytes of hex.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for scalar in text.utf8 where scalar != UInt8(ascii: " ") {
            guard let digit = value(scalar) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }

    private static func value(_ scalar: UInt8) -> UInt8? {
        switch scalar {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): scalar - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): scalar - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): scalar - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
