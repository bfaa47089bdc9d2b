import Payments
import SmartCards

/// A card that plays a transcript: it answers each command only when it is the one that was recorded next.
package struct TranscriptCard: VirtualCard {
    /// Where a replay left the transcript.
    package struct Difference: Error, Sendable, Equatable, CustomStringConvertible {
        /// Commands before it.
        package let position: Int
        /// `nil` when the transcript was at its end, or the recorded step is no command.
        package let recorded: String?
        package let replayed: String

        package var description: String {
            "command \(position + 1) differs:\n  recorded \(recorded ?? "nothing more")\n  replayed \(replayed)"
        }
    }

    private let transcript: CardTranscript
    private var next = 0
    private var commands = 0
    /// The first difference; after it the card answers nothing.
    package private(set) var difference: Difference?

    package init(_ transcript: CardTranscript) { self.transcript = transcript }

    /// Whether the replay ended where the recording did.
    package var isExhausted: Bool { difference == nil && next == transcript.steps.count }

    /// As recorded; hidden bytes are zeros.
    package var answerToReset: [UInt8] { transcript.answerToReset?.filled ?? [] }

    package mutating func powerOn() {
        if next < transcript.steps.count, case .connected = transcript.steps[next] { next += 1 }
    }

    package mutating func reset() { powerOn() }

    /// The recorded answer; empty when the exchange failed, or when this is not the recorded command.
    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        guard difference == nil else { return [] }
        guard next < transcript.steps.count, case .sent(let recorded, _) = transcript.steps[next] else {
            return differ(from: nil, command)
        }
        guard recorded.matches(command) else { return differ(from: recorded.text, command) }
        next += 1
        commands += 1
        guard next < transcript.steps.count else { return [] }
        switch transcript.steps[next] {
        case .answered(let answer, _):
            next += 1
            return answer.filled
        case .failed:
            next += 1
            return []
        case .connected, .sent: return []
        }
    }

    private mutating func differ(from recorded: String?, _ command: [UInt8]) -> [UInt8] {
        difference = Difference(position: commands, recorded: recorded, replayed: Hex.encode(command))
        return []
    }

    /// What the secure module must have answered at this point: terminal serial and MAC1 of the DEBIT that follows;
    /// `nil` when none does.
    package var secureModuleAnswer: SecureModuleAnswer? {
        for case .sent(let bytes, _) in transcript.steps[next...] {
            let command = bytes.filled
            guard command.count >= 20, command[0] == 0x80 else { continue }
            guard command[1] == 0x54 else { return nil }
            return SecureModuleAnswer(
                terminalSerial: command[5..<9].reduce(0) { $0 << 8 | UInt32($1) }, mac1: Array(command[16..<20]))
        }
        return nil
    }

    /// What the issuer must have granted at this point: the data of the CREDIT FOR LOAD that follows; `nil` when none
    /// does.
    package var loadGrant: LoadGrant? {
        for case .sent(let bytes, _) in transcript.steps[next...] {
            let command = bytes.filled
            guard command.count >= 5 + LoadGrant.length, command[0] == 0x80, command[1] == 0x52 else { continue }
            return LoadGrant(canonicalBytes: Array(command[5..<(5 + LoadGrant.length)]))
        }
        return nil
    }
}
