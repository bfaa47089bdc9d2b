import CPCSC

/// A command to the reader's driver rather than to the card.
package struct ControlCode: Sendable {
    let value: DWORD

    /// The code for a driver's function number. PC/SC leaves the encoding to the platform.
    package init(function: UInt32) { value = pcsc_control_code(DWORD(function)) }

    /// Asks which optional features the reader has (PC/SC Part 10); every driver should answer.
    package static let features = ControlCode(function: 3400)

    /// The code by which this reader's driver takes bytes straight to the reader (its buzzer and lights), with or
    /// without a card, from its answer to ``features``; `nil` when it does not offer that. libccid offers it only
    /// with bit 0 of `ifdDriverOptions` set, acsccid always, and under another number.
    package static func escape(offeredIn features: [UInt8]) -> ControlCode? {
        // Tag, length 4, control code with the most significant byte first (PC/SC Part 10, 2.2).
        var rest = features[...]
        while rest.count >= 6, rest[rest.startIndex + 1] == 4 {
            let entry = rest.prefix(6)
            if entry.first == Self.escapeFeature {
                return ControlCode(value: entry.dropFirst(2).reduce(0) { $0 << 8 | DWORD($1) })
            }
            rest = rest.dropFirst(6)
        }
        return nil
    }

    /// FEATURE_CCID_ESC_COMMAND of PC/SC Part 10.
    private static let escapeFeature: UInt8 = 0x13

    private init(value: DWORD) { self.value = value }
}
