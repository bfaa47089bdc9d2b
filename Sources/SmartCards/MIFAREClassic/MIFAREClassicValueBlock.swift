import Payments

/// A value block: V, ~V, V of 4 bytes each, least significant first, then A, ~A, A, ~A.
package struct MIFAREClassicValueBlock: Sendable, Hashable {
    /// In fen where it is a purse; the card counts with a sign.
    package let value: Int32
    /// A free byte: manuals suggest the block's number, a purse of ours keeps the low byte of its sequence there.
    package let address: UInt8

    package init(value: Int32, address: UInt8) {
        self.value = value
        self.address = address
    }

    /// `nil` unless all copies agree: the only way to see that a write was torn.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == MIFAREClassicBlock.length else { return nil }
        let raw = UInt32(littleEndian: bytes[0..<4])
        value = Int32(bitPattern: raw)
        address = bytes[12]
        guard self.bytes == bytes else { return nil }
    }

    /// The 16 bytes.
    package var bytes: [UInt8] {
        let value = UInt32(bitPattern: self.value).littleEndianBytes(count: 4)
        return value + value.map(~) + value + [address, ~address, address, ~address]
    }
}
