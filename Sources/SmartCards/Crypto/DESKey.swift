import Payments

/// A DES key of 8 bytes, or a two-key triple-DES key of 16. Nothing that prints it shows a byte.
package struct DESKey: Sendable {
    let bytes: [UInt8]

    /// `nil` unless 8 or 16 bytes. Parity bits are not looked at, as cards do not look at them.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 8 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads 16 or 32 hexadecimal digits; `nil` for anything else.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    init(unchecked bytes: [UInt8]) {
        invariant(bytes.count == 8 || bytes.count == 16, "a key has 8 or 16 bytes")
        self.bytes = bytes
    }

    /// Whether this is a two-key triple-DES key.
    package var isDouble: Bool { bytes.count == 16 }

    /// The first 8 bytes.
    var left: DESKey { DESKey(unchecked: Array(bytes.prefix(8))) }

    /// The last 8 bytes; of a single key the key itself.
    var right: DESKey { DESKey(unchecked: Array(bytes.suffix(8))) }

    /// The two halves of a double key combined by exclusive or: the key under which a card computes its TAC.
    ///
    /// Of a single key the key itself.
    package var folded: DESKey {
        isDouble ? DESKey(unchecked: zip(left.bytes, right.bytes).map { $0 ^ $1 }) : self
    }
}

extension DESKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key (hidden)" }
    package var debugDescription: String { description }
    /// Empty, so that `dump` and a default description of an enclosing value show nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
