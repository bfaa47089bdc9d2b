/// CRC-16 of EMVCo merchant codes: polynomial 0x1021, start 0xFFFF, not reflected, no final exclusive-or
/// (EMVCo QR Code Specification, Merchant-Presented Mode v1.1, section 4.7.3; also called CRC-16/CCITT-FALSE).
package enum CyclicRedundancyCheck16 {
    /// The remainder over `bytes`. For the ASCII digits 1 to 9 it is 0x29B1.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        bytes.reduce(0xFFFF) { start, byte in
            (0..<8).reduce(start ^ UInt16(byte) << 8) { remainder, _ in
                remainder & 0x8000 == 0 ? remainder << 1 : remainder << 1 ^ 0x1021
            }
        }
    }
}
