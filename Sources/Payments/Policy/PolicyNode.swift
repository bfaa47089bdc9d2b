/// A policy document as the tree of values that stands in its text: JSON with whole numbers only.
///
/// Reading a document keeps this tree, so that unknown keys and wrong kinds can be named by their path, and its
/// canonical text is what the hub signs.
package indirect enum PolicyNode: Sendable, Hashable {
    case object([String: PolicyNode])
    case list([PolicyNode])
    case text(String)
    case number(Int64)
    case flag(Bool)
    case null

    /// The text that is signed and delivered: keys in order of their Unicode scalars, no spaces, only the escapes that
    /// JSON demands. The same tree gives the same bytes on every machine.
    package var canonicalText: String {
        switch self {
        case .object(let members):
            let ordered = members.sorted {
                $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
            }
            return "{" + ordered.map { Self.quoted($0.key) + ":" + $0.value.canonicalText }.joined(separator: ",") + "}"
        case .list(let items): return "[" + items.map(\.canonicalText).joined(separator: ",") + "]"
        case .text(let text): return Self.quoted(text)
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .null: return "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                result += "\\u00" + Hex.encode([UInt8(scalar.value)]).lowercased()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension PolicyNode: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: Key.self) {
            var object: [String: PolicyNode] = [:]
            for key in members.allKeys { object[key.stringValue] = try members.decode(PolicyNode.self, forKey: key) }
            self = .object(object)
            return
        }
        if var items = try? decoder.unkeyedContainer() {
            var list: [PolicyNode] = []
            while !items.isAtEnd { list.append(try items.decode(PolicyNode.self)) }
            self = .list(list)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let fraction = try? value.decode(Double.self) {
            // No rule takes a fraction: as a text it is refused with the path where it stands.
            self = .text("\(fraction)")
        } else {
            self = .text(try value.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Key.self)
            for (key, value) in members { try container.encode(value, forKey: Key(stringValue: key)) }
        case .list(let items):
            var container = encoder.unkeyedContainer()
            for item in items { try container.encode(item) }
        case .text(let text): try Self.encode(text, to: encoder)
        case .number(let number): try Self.encode(number, to: encoder)
        case .flag(let flag): try Self.encode(flag, to: encoder)
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        }
    }

    private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
