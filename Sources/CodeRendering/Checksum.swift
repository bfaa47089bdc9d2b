/// The two checksums inside a PNG file.
enum Checksum {
    /// Remainders of all byte values for the reflected polynomial 0xEDB88320 (ISO/IEC 15948, annex D).
    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    /// CRC-32 of a chunk's type and data. For the ASCII digits 1 to 9 it is 0xCBF43926.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = remainders[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return ~value
    }

    /// Adler-32 of uncompressed data (RFC 1950, section 8.2). For `Wikipedia` it is 0x11E60398.
    static func adler32(_ bytes: [UInt8]) -> UInt32 {
        // Largest prime below 65,536; 5,552 bytes is the most that two 32-bit sums take before they must be reduced.
        let (modulus, stretch): (UInt32, Int) = (65_521, 5552)
        var (low, high): (UInt32, UInt32) = (1, 0)
        for start in stride(from: 0, to: bytes.count, by: stretch) {
            for byte in bytes[start..<min(start + stretch, bytes.count)] {
                low += UInt32(byte)
                high += low
            }
            low %= modulus
            high %= modulus
        }
        return high << 16 | low
    }
}
