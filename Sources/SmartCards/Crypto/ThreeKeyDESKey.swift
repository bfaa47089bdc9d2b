import Payments

/// A three-key triple-DES key of 24 bytes. Nothing that prints it shows a byte.
package struct ThreeKeyDESKey: Sendable {
    let bytes: [UInt8]

    /// `nil` unless 24 bytes. Parity bits are not looked at, as cards do not look at them.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 24 else { return nil }
        self.bytes = bytes
    }

    init(unchecked bytes: [UInt8]) {
        invariant(bytes.count == 24, "a three-key triple-DES key has 24 bytes")
        self.bytes = bytes
    }
}

extension ThreeKeyDESKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key (hidden)" }
    package var debugDescription: String { description }
    /// Empty, so that `dump` and a default description of an enclosing value show nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
