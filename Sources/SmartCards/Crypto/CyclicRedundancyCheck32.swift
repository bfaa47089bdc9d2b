import Payments

/// The checksum of DESFire EV1's encrypted messages: the polynomial of Ethernet, started with all ones, and unlike
/// there not complemented at the end (the variant that catalogues call JAMCRC).
enum CyclicRedundancyCheck32 {
    /// Four bytes, least significant first.
    static func compute(_ bytes: [UInt8]) -> [UInt8] {
        var register = UInt32.max
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 {
                register = register & 1 == 0 ? register >> 1 : register >> 1 ^ 0xEDB8_8320
            }
        }
        return register.littleEndianBytes(count: 4)
    }
}
