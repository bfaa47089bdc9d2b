import CPCSC

/// A command to the reader's driver rather than to the card.
package struct ControlCode: Sendable {
    let value: DWORD

    /// The code for a driver's function number. PC/SC leaves the encoding to the platform.
    package init(function: UInt32) { value = pcsc_control_code(DWORD(function)) }

    /// Bytes straight to the reader (its buzzer and lights), without a card. libccid passes them on only when
    /// `ifdDriverOptions` has bit 0 set.
    package static let escape = ControlCode(function: 1)
    /// Asks which optional features the reader has (PC/SC Part 10); every driver should answer.
    package static let features = ControlCode(function: 3400)
}
