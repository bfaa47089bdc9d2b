import Payments

/// One command with all its frames, out (AF with the rest of a long command) and in (AF for more of the answer).
package struct DESFireExchange: Sendable {
    /// What comes next.
    package enum Step: Sendable, Equatable {
        case transmit(CommandAPDU)
        /// The whole answer; its status is not AF.
        case complete(DESFireAnswer)
        case malformed(DESFireError)
    }

    /// Data bytes of one frame of a command that the card itself splits: what fits a frame of 64 bytes, as
    /// proxmark3 sends it.
    package static let frameLength = 54
    /// Frames of one answer before the card is given up: GetVersion needs 3, a list of files no more.
    package static let answerFrameMaximum = 8

    /// Instructions whose long messages the reader splits (ISO 14443-4), so that one frame takes them whole.
    private static let linkChained: Set<UInt8> = [0x8B, 0x8D, 0xAB, 0xAD]

    /// The first frame, ready to send.
    package let first: CommandAPDU
    private var waiting: [CommandAPDU]
    private var collected: [UInt8] = []
    private var answerFrames = 0

    /// - Parameter body: header and data as they are sent, at most 255 bytes when the reader splits the message.
    package init(instruction: UInt8, body: [UInt8]) {
        let length = Self.linkChained.contains(instruction) ? 255 : Self.frameLength
        invariant(body.count <= length || length == Self.frameLength, "a command of one frame has at most 255 bytes")
        first = Self.wrapped(instruction, Array(body.prefix(length)))
        waiting = stride(from: length, to: body.count, by: length).map { start in
            Self.wrapped(DESFireStatus.additionalFrame.rawValue, Array(body[start...].prefix(length)))
        }
    }

    /// A command outside a session.
    package init(_ command: DESFireCommand) {
        self.init(instruction: command.instruction, body: command.header + command.data)
    }

    /// `90 INS 00 00 [Lc data] 00`.
    package static func wrapped(_ instruction: UInt8, _ body: [UInt8]) -> CommandAPDU {
        CommandAPDU(0x90, instruction, 0x00, 0x00, data: body, expectedLength: 256)
    }

    /// Takes the card's answer to the last frame.
    package mutating func receive(_ bytes: [UInt8]) -> Step {
        let answer: DESFireAnswer
        do throws(DESFireError) { answer = try DESFireAnswer(decoding: bytes) } catch { return .malformed(error) }
        if !waiting.isEmpty { return receiveBetweenFrames(answer) }
        collected += answer.data
        guard answer.status == .additionalFrame else {
            return .complete(DESFireAnswer(status: answer.status, data: collected))
        }
        answerFrames += 1
        guard answerFrames < Self.answerFrameMaximum else {
            return .malformed(DESFireError(.answerInTooManyParts))
        }
        return .transmit(Self.wrapped(DESFireStatus.additionalFrame.rawValue, []))
    }

    private mutating func receiveBetweenFrames(_ answer: DESFireAnswer) -> Step {
        switch answer.status {
        case .additionalFrame where answer.data.isEmpty: .transmit(waiting.removeFirst())
        case .additionalFrame, .success: .malformed(DESFireError(.commandCutShort))
        default: .complete(answer)
        }
    }
}
