import Payments

/// How a command and its answer travel in a session.
package enum DESFireCommunication: Sendable, Hashable, CaseIterable {
    /// As they are.
    case plain
    /// With an authentication code of 8 bytes.
    case mac
    /// Encrypted, and with an authentication code of 8 bytes.
    case full

    /// From the two low bits of a file option byte: 01 MAC, 11 full, the others plain.
    init(fileOption: UInt8) {
        self =
            switch fileOption & 0x03 {
            case 0x01: .mac
            case 0x03: .full
            default: .plain
            }
    }
}

/// One DESFire command before it is protected: instruction, header, data.
package struct DESFireCommand: Sendable, Hashable {
    package let instruction: UInt8
    /// What is never encrypted: file number, offset, length.
    package let header: [UInt8]
    /// What is encrypted in full mode.
    package let data: [UInt8]
    package let communication: DESFireCommunication
    /// How many bytes of data a successful answer carries; read for encrypted answers of EV1 only, which do not say
    /// where they end.
    package let answerLength: Int

    package init(
        _ instruction: UInt8, header: [UInt8] = [], data: [UInt8] = [], communication: DESFireCommunication = .plain,
        answerLength: Int = 0
    ) {
        self.instruction = instruction
        self.header = header
        self.data = data
        self.communication = communication
        self.answerLength = answerLength
    }

    /// The same with the older code whose long messages the card itself splits (AF): EV1 knows no other.
    var framedByCard: DESFireCommand {
        let older: UInt8? =
            switch instruction {
            case 0xAD: 0xBD
            case 0x8D: 0x3D
            case 0xAB: 0xBB
            case 0x8B: 0x3B
            default: nil
            }
        guard let older else { return self }
        return DESFireCommand(
            older, header: header, data: data, communication: communication, answerLength: answerLength)
    }
}

extension DESFireCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The instruction and the number of data bytes. The data stays out: it can hold a key.
    package var description: String { "DESFire command \(Hex.encode([instruction])), \(data.count) data bytes" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
