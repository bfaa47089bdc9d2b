/// How a reader's lights and buzzer are driven.
package struct ReaderFeedback: Sendable, Hashable {
    /// The way of the bytes to the reader.
    package enum Path: String, Sendable, CaseIterable {
        /// As a command APDU through the connected card, which never sees it; as an escape when there is no card.
        case pseudoAPDU
        /// As an escape to the reader's driver (CCID PC_to_RDR_Escape), with or without a card.
        case escape
    }

    package let path: Path
    private let commands: [ReaderSignal: [[UInt8]]]

    /// What is sent for a signal, one command after the other.
    package func commands(for signal: ReaderSignal) -> [[UInt8]] { commands[signal] ?? [] }

    /// - Parameter commands: a signal that is not in it is not shown.
    package init(path: Path, commands: [ReaderSignal: [[UInt8]]]) {
        self.path = path
        self.commands = commands
    }

    /// The ACR122's "bi-colour LED and buzzer control", `FF 00 40 P2 04 T1 T2 n link` (ACR122 manuals; the same
    /// layout is printed in ACM1252U-Y3 manual 1.03 pp. 86-87). P2: bits 0 and 1 are the final red and green, bits 2
    /// and 3 let them be set. T1 and T2 in 100 ms; link 1 sounds the buzzer during T1. The reader answers when the
    /// last repetition is over, so n is small: 0.2 s, 0.4 s and 0.2 s.
    package static let acr122 = ReaderFeedback(
        path: .pseudoAPDU,
        commands: [
            .accepted: [[0xFF, 0x00, 0x40, 0x0E, 0x04, 0x01, 0x01, 0x01, 0x01]],
            .refused: [[0xFF, 0x00, 0x40, 0x0D, 0x04, 0x01, 0x01, 0x02, 0x01]],
            .presentAgain: [[0xFF, 0x00, 0x40, 0x0F, 0x04, 0x01, 0x01, 0x01, 0x01]],
            .idle: [[0xFF, 0x00, 0x40, 0x0C, 0x04, 0x00, 0x00, 0x00, 0x00]],
        ])

    /// LED status with red in bit 0 and green in bit 1 (ACM1252U-Y3 manual 1.03 p. 47; ACR1281U-C1 API 1.08 p. 70).
    package static let acsRedFirst = acsEscape(red: 0b01, green: 0b10)

    /// LED status with green in bit 0 and red in bit 1 (ACR1255U-J1 manual 1.01 p. 55).
    package static let acsGreenFirst = acsEscape(red: 0b10, green: 0b01)

    /// LED control `E0 00 00 29 01 status` and buzzer control `E0 00 00 28 01 duration` in 10 ms (ACR1255U-J1 manual
    /// 1.01 pp. 55-57, ACR1281U-C1 API 1.08 pp. 70-72). Answered at once; the buzzer goes on by itself.
    private static func acsEscape(red: UInt8, green: UInt8) -> ReaderFeedback {
        func light(_ status: UInt8) -> [UInt8] { [0xE0, 0x00, 0x00, 0x29, 0x01, status] }
        func buzz(_ duration: UInt8) -> [UInt8] { [0xE0, 0x00, 0x00, 0x28, 0x01, duration] }
        return ReaderFeedback(
            path: .escape,
            commands: [
                .accepted: [light(green), buzz(10)],
                .refused: [light(red), buzz(50)],
                .presentAgain: [light(red | green), buzz(20)],
                .idle: [light(0)],
            ])
    }
}
