import Payments

/// The answer to GetFileSettings: type 1, option 1, access rights 2, then by type.
package struct DESFireFileSettings: Sendable, Hashable {
    /// What the file is, with its sizes.
    package enum Content: Sendable, Hashable {
        /// Types 00 and 01: size in bytes. A backup file changes with the commit only.
        case data(size: UInt32, isBackup: Bool)
        /// Type 02: the limits of the value, and whether LimitedCredit is allowed.
        case value(lowerLimit: Int32, upperLimit: Int32, limitedCredit: Int32, allowsLimitedCredit: Bool)
        /// Types 03 and 04: bytes of one record, most records, present records. A cyclic file drops its oldest.
        case records(size: UInt32, maximum: UInt32, count: UInt32, isCyclic: Bool)
        /// Type 05.
        case transactionMAC(keyOption: UInt8, keyVersion: UInt8)
    }

    package let communication: DESFireCommunication
    /// Nibbles, most significant first: read, write, read and write, change. E is free, F never.
    package let accessRights: UInt16
    package let content: Content

    /// Reads settings without secure dynamic messaging and without further sets of access rights.
    package init(decoding data: [UInt8]) throws(DESFireError) {
        guard data.count >= 4 else { throw Self.malformed(data) }
        // Bits 6 and 7: secure dynamic messaging and further access rights, which lengthen the answer.
        guard data[1] & 0xC0 == 0 else { throw DESFireError(.fileSettingsMalformed, detail: "file option") }
        communication = DESFireCommunication(fileOption: data[1])
        accessRights = UInt16(truncatingIfNeeded: UInt32(littleEndian: data[2..<4]))
        content = try Self.content(type: data[0], Array(data[4...]))
    }

    private static func content(type: UInt8, _ rest: [UInt8]) throws(DESFireError) -> Content {
        switch (type, rest.count) {
        case (0x00, 3), (0x01, 3): return .data(size: UInt32(littleEndian: rest[0..<3]), isBackup: type == 0x01)
        case (0x02, 13):
            return .value(
                lowerLimit: signed(rest[0..<4]), upperLimit: signed(rest[4..<8]), limitedCredit: signed(rest[8..<12]),
                // Bit 0 alone: bit 1 allows GetValue without a right.
                allowsLimitedCredit: rest[12] & 0x01 != 0)
        case (0x03, 9), (0x04, 9):
            return .records(
                size: UInt32(littleEndian: rest[0..<3]), maximum: UInt32(littleEndian: rest[3..<6]),
                count: UInt32(littleEndian: rest[6..<9]), isCyclic: type == 0x04)
        case (0x05, 2): return .transactionMAC(keyOption: rest[0], keyVersion: rest[1])
        default: throw malformed(rest)
        }
    }

    private static func signed(_ bytes: ArraySlice<UInt8>) -> Int32 {
        Int32(bitPattern: UInt32(littleEndian: bytes))
    }

    private static func malformed(_ data: [UInt8]) -> DESFireError {
        DESFireError(.fileSettingsMalformed, detail: "\(data.count) bytes")
    }
}
