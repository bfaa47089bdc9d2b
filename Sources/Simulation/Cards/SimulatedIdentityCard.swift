import SmartCards

/// A card without an application: it has an identifier and nothing else.
package struct SimulatedIdentityCard: VirtualCard {
    /// What the reader gives for `FF CA 00 00 00`.
    package var identifier: [UInt8]

    /// - Parameter identifier: usually 4, 7 or 10 bytes; anything else plays a reader that misbehaves.
    package init(identifier: [UInt8]) { self.identifier = identifier }

    /// What PC/SC readers make up for a memory card of 1 KiB (PC/SC part 3 section 3.1.3.2.3).
    package var answerToReset: [UInt8] {
        [
            0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00,
            0x00, 0x6A,
        ]
    }

    package mutating func powerOn() {}

    package mutating func reset() {}

    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        if command == [0xFF, 0xCA, 0x00, 0x00, 0x00] {
            return ResponseAPDU(data: identifier, status: .success).bytes
        }
        let isSelect = command.count > 1 && command[1] == 0xA4
        return ResponseAPDU(status: isSelect ? .fileNotFound : .instructionNotSupported).bytes
    }
}
