/// CRC-16 with polynomial 1021 and start FFFF, most significant bit first, not inverted (CRC-16/IBM-3740).
enum CyclicRedundancyCheck16 {
    static func compute(_ bytes: [UInt8]) -> UInt16 {
        bytes.reduce(0xFFFF) { check, byte in
            (0..<8).reduce(check ^ UInt16(byte) << 8) { check, _ in
                check & 0x8000 == 0 ? check << 1 : check << 1 ^ 0x1021
            }
        }
    }
}
