import Payments

/// One run of a terminal's program on its journal, by which the hub tells a restart from a restored image and from a
/// second machine.
package struct TerminalSession: Codable, Sendable, Hashable {
    /// Counts the openings of the journal, from 1. It is stored in the journal's own file, so it goes back with it.
    package var number: UInt64
    /// Drawn at random at each opening: 16 hexadecimal digits.
    package var instance: String

    package init(number: UInt64, instance: UInt64) {
        self.number = number
        self.instance = Hex.encode(instance.bigEndianBytes(count: 8))
    }
}
