import Payments

/// An AES key of 128 bits. Nothing that prints it shows a byte.
package struct AESKey: Sendable, Hashable {
    let bytes: [UInt8]

    /// `nil` unless 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads 32 hexadecimal digits; `nil` for anything else.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    init(unchecked bytes: [UInt8]) {
        invariant(bytes.count == 16, "an AES key has 16 bytes")
        self.bytes = bytes
    }
}

extension AESKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key (hidden)" }
    package var debugDescription: String { description }
    /// Empty, so that `dump` and a default description of an enclosing value show nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
