import CPCSC
import Testing

@testable import PCSC

@Suite struct ControlCodeTests {
    /// FEATURE_VERIFY_PIN_DIRECT as libccid gives it.
    private let pinEntry: [UInt8] = [0x06, 0x04, 0x42, 0x33, 0x00, 0x06]

    @Test(
        "the driver's own number for escapes is taken, wherever it stands in the list",
        arguments: [(function: UInt32(1), before: 0), (1, 2), (3500, 1)])
    func found(function: UInt32, before: Int) {
        let value = UInt32(truncatingIfNeeded: ControlCode(function: function).value)
        let escape: [UInt8] = [0x13, 0x04] + (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        let list = [[UInt8]](repeating: pinEntry, count: before).flatMap { $0 } + escape + pinEntry
        #expect(ControlCode.escape(offeredIn: list)?.value == DWORD(value))
    }

    @Test(
        "a list without it, or one that is cut off or malformed, offers nothing",
        arguments: [
            [], [0x13], [0x13, 0x04, 0x42, 0x00, 0x00], [0x13, 0x03, 0x42, 0x00, 0x00, 0x01],
            [0x06, 0x04, 0x42, 0x33, 0x00, 0x06], [0x06, 0x00, 0x13, 0x04, 0x42, 0x00, 0x00, 0x01],
        ] as [[UInt8]])
    func notOffered(_ list: [UInt8]) {
        #expect(ControlCode.escape(offeredIn: list) == nil)
    }
}
