import Payments

/// The three bytes that name a DESFire application.
package struct DESFireApplicationID: Sendable, Hashable, CustomStringConvertible {
    /// 24 bits.
    package let number: UInt32

    /// `nil` when `number` needs more than 24 bits.
    package init?(_ number: UInt32) {
        guard number < 1 << 24 else { return nil }
        self.number = number
    }

    /// As they are sent, least significant first.
    package var bytes: [UInt8] { number.littleEndianBytes(count: 3) }

    /// Six hexadecimal digits, most significant first.
    package var description: String { Hex.encode(number.bigEndianBytes(count: 3)) }
}
