import Payments

/// A cardholder's PIN on its way to the card. Nothing that prints or stores values shows it: its bytes leave only in
/// the VERIFY command.
package struct CardPIN: Sendable, Equatable {
    private let bytes: [UInt8]

    /// `nil` unless 2 to 6 bytes, two digits each.
    package init?(_ bytes: [UInt8]) {
        guard (2...6).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// VERIFY of the application's PIN.
    var command: CommandAPDU { GeneralCommand.verify(pin: bytes) }
}

extension CommandAPDU {
    /// Whether a card may count it as an attempt at its PIN: VERIFY.
    package var isPINAttempt: Bool { classByte == 0x00 && instruction == 0x20 }
}

extension CardPIN: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "PIN (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
