import Payments

extension FixedWidthInteger {
    /// The low `count` bytes, least significant first, as DESFire sends all its numbers.
    func littleEndianBytes(count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
    }
}

extension UInt32 {
    /// Up to four bytes, least significant first.
    init(littleEndian bytes: ArraySlice<UInt8>) {
        invariant(bytes.count <= 4, "32 bits hold four bytes")
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
