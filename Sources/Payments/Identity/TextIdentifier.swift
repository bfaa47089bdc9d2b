/// An identifier with one canonical text form, which is also its form on the wire and in SQLite.
package protocol TextIdentifier: Hashable, Sendable, Codable {
    /// `nil` when `text` is not a canonical form.
    init?(text: String)
    /// The canonical text.
    var text: String { get }
}

extension TextIdentifier {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a valid \(Self.self)")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Letters, digits, `-`, `_` and `.`, 1 to `limit` bytes: the names that operators give to merchants and lanes.
func isPlainName(_ text: String, limit: Int) -> Bool {
    (1...limit).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
}
