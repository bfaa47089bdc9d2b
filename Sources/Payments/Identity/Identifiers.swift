/// One installed terminal (ISO 8583 DE 41). Six bytes, because a card and its secure module exchange exactly six
/// (PBOC terminal number); text is 12 upper-case hexadecimal digits.
package struct TerminalID: TextIdentifier, CustomStringConvertible {
    /// The number, at most 48 bits.
    package let number: UInt64

    /// `nil` when `number` needs more than 48 bits.
    package init?(number: UInt64) {
        guard number < 1 << 48 else { return nil }
        self.number = number
    }

    package init?(text: String) {
        guard text.utf8.count == 12, let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
        number = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The six bytes, most significant first.
    package var bytes: [UInt8] { number.bigEndianBytes(count: 6) }
    package var text: String { Hex.encode(bytes) }
    package var description: String { text }
}

/// Names one life of a terminal's journal, drawn at random when the journal is created. A terminal that starts over
/// on a new disk, or a cloned one that lost its file, has another one, so its transaction ids cannot collide.
package struct JournalID: TextIdentifier, CustomStringConvertible {
    package let number: UInt32

    package init(number: UInt32) { self.number = number }

    package init?(text: String) {
        guard text.utf8.count == 8, let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
        number = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Four bytes, most significant first.
    package var bytes: [UInt8] { UInt64(number).bigEndianBytes(count: 4) }
    package var text: String { Hex.encode(bytes) }
    package var description: String { text }
}

/// Per-terminal number of a transaction (ISO 8583 DE 11, STAN), from 1, never reused, at most 48 bits.
package struct TraceNumber: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) {
        invariant(number < 1 << 48, "a trace number has at most 48 bits")
        self.number = number
    }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    package var description: String { String(number) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value = try container.decode(UInt64.self)
        guard value < 1 << 48 else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "trace number over 48 bits")
        }
        number = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// The one id of a transaction on every path: terminal (6 bytes), journal (4) and trace number (6), most significant
/// first. Text is 32 upper-case hexadecimal digits.
///
/// The terminal mints it before anything leaves the terminal; it is what makes every resend harmless (promise 2).
package struct TransactionID: TextIdentifier, CustomStringConvertible {
    package let terminal: TerminalID
    package let journal: JournalID
    package let trace: TraceNumber

    package init(terminal: TerminalID, journal: JournalID, trace: TraceNumber) {
        self.terminal = terminal
        self.journal = journal
        self.trace = trace
    }

    /// `nil` unless exactly 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16,
            let terminal = TerminalID(number: bytes[0..<6].reduce(0) { $0 << 8 | UInt64($1) })
        else { return nil }
        self.terminal = terminal
        journal = JournalID(number: bytes[6..<10].reduce(0) { $0 << 8 | UInt32($1) })
        trace = TraceNumber(bytes[10..<16].reduce(0) { $0 << 8 | UInt64($1) })
    }

    package init?(text: String) {
        guard text.utf8.count == 32, let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
        self.init(bytes: bytes)
    }

    /// The 16 bytes.
    package var bytes: [UInt8] { terminal.bytes + journal.bytes + trace.number.bigEndianBytes(count: 6) }
    package var text: String { Hex.encode(bytes) }
    package var description: String { text }
}

/// A cardholder's account at the hub: a decimal number of 1 to 18 digits, for example a student number.
package struct AccountID: TextIdentifier, Comparable, CustomStringConvertible {
    package let number: UInt64

    /// `nil` for 0 and for more than 18 digits.
    package init?(number: UInt64) {
        guard (1..<1_000_000_000_000_000_000).contains(number) else { return nil }
        self.number = number
    }

    package init?(text: String) {
        guard let number = UInt64(text), String(number) == text else { return nil }
        self.init(number: number)
    }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    package var text: String { String(number) }
    /// Masked to its last four digits: an account number is personal data and must not reach a log whole.
    package var description: String { "account …\(text.suffix(4))" }
}

/// A stall, canteen or bath house that is paid (ISO 8583 DE 42): 1 to 32 letters, digits, `-`, `_`, `.`.
package struct MerchantID: TextIdentifier, CustomStringConvertible {
    package let text: String

    package init?(text: String) {
        guard isPlainName(text, limit: 32) else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// One reader and/or scanner at a terminal: 1 to 16 letters, digits, `-`, `_`, `.`.
package struct LaneID: TextIdentifier, CustomStringConvertible {
    package let text: String

    package init?(text: String) {
        guard isPlainName(text, limit: 16) else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// What identifies a card in the books. Text is `purse:` and 20 hexadecimal digits, or `uid:` and 8, 14 or 20.
package enum CardID: TextIdentifier, CustomStringConvertible {
    /// The 10-byte application serial number of an electronic purse (public-information file, bytes 10–19).
    case purse(applicationSerial: [UInt8])
    /// The anticollision UID of a card, 4, 7 or 10 bytes. It can be cloned: identity without proof.
    case uid([UInt8])

    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let bytes = Hex.decode(parts[1]), Hex.encode(bytes) == parts[1] else { return nil }
        switch (parts[0], bytes.count) {
        case ("purse", 10): self = .purse(applicationSerial: bytes)
        case ("uid", 4), ("uid", 7), ("uid", 10): self = .uid(bytes)
        default: return nil
        }
    }

    package var text: String {
        switch self {
        case .purse(let serial): "purse:\(Hex.encode(serial))"
        case .uid(let bytes): "uid:\(Hex.encode(bytes))"
        }
    }

    /// Masked to its last four digits, for screens; logs use the transaction id instead.
    package var description: String { "card …\(text.suffix(4))" }
}

extension FixedWidthInteger {
    /// The low `count` bytes, most significant first.
    package func bigEndianBytes(count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
    }
}
