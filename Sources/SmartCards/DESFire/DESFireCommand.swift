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

    package init(
        _ instruction: UInt8, header: [UInt8] = [], data: [UInt8] = [], communication: DESFireCommunication = .plain
    ) {
        self.instruction = instruction
        self.header = header
        self.data = data
        self.communication = communication
    }
}

extension DESFireCommand: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The instruction and the number of data bytes. The data stays out: it can hold a key.
    package var description: String { "DESFire command \(Hex.encode([instruction])), \(data.count) data bytes" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
