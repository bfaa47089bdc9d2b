import Payments

/// What a terminal proves itself with at the hub. It never shows in a description, a dump or a mirror.
package struct TerminalSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Shorter secrets could be guessed: 128 bits.
    package static let shortestLength = 16
    /// Longer ones only fill the header.
    package static let longestLength = 64

    private let bytes: [UInt8]

    /// - Parameter hex: hexadecimal text of 16 to 64 bytes, either case; `nil` for anything else.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex), (Self.shortestLength...Self.longestLength).contains(bytes.count) else {
            return nil
        }
        self.bytes = bytes
    }

    package var description: String { "TerminalSecret" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Value of the `Authorization` header: `Bearer <terminal id>.<secret hex>`.
    func authorization(_ terminal: TerminalID) -> String { "Bearer \(terminal.text).\(Hex.encode(bytes))" }
}
