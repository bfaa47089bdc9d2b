import Payments

/// A certificate's serial number: 16 bytes, random but for the two bits that keep it positive and of one length in
/// DER (RFC 5280, section 4.1.2.2).
package struct CertificateSerial: Sendable, Hashable, CustomStringConvertible {
    /// Number of bytes.
    package static let length = 16

    /// Big-endian.
    package let bytes: [UInt8]

    /// - Parameter bytes: 16 bytes of which the first begins with the bits 01; `nil` for anything else.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes[0] >> 6 == 0b01 else { return nil }
        self.bytes = bytes
    }

    /// - Parameter random: 16 random bytes.
    package init(random: [UInt8]) {
        invariant(random.count == Self.length, "a serial number is made of 16 bytes")
        var bytes = random
        bytes[0] = bytes[0] & 0x3F | 0x40
        self.bytes = bytes
    }

    /// - Parameter text: 32 hexadecimal digits.
    package init?(text: String) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// 32 hexadecimal digits.
    package var text: String { Hex.encode(bytes) }
    package var description: String { text }
}
