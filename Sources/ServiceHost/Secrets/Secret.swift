/// Bytes that must not be shown: a password, a bearer secret, a key.
///
/// Printing, interpolating, dumping or reflecting it shows no byte of it, so it cannot reach a log by accident
/// (promise 13).
package struct Secret: Sendable {
    /// The bytes themselves. Where they go is the caller's responsibility.
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes as text; `nil` when they are not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
