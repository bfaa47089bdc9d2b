import Payments

/// What went between a terminal and a card, as it was: lives in memory only, and leaves as a ``CardTranscript``.
package struct CardRecording: Sendable {
    /// Exchanges that are kept; what comes after is counted only.
    package static let exchangeMaximum = 400

    enum Step: Sendable {
        case connected(at: Int64)
        /// - Parameter answer: bytes, or the number of the reader's error.
        case exchanged([UInt8], sentAt: Int64, answer: Result<[UInt8], ReaderFailure>, at: Int64)
    }

    /// The number of the error that stands for an answer.
    struct ReaderFailure: Error, Sendable {
        let number: Int
    }

    private(set) var steps: [Step] = []
    private(set) var droppedCount = 0

    package init() {}

    /// Whether nothing was sent.
    package var isEmpty: Bool { !steps.contains { if case .exchanged = $0 { true } else { false } } }

    /// Local date and time, YYYYMMDDhhmmss, that the first DEBIT told the card: what its code was computed over, and so
    /// what a replay must tell it. `nil` without a DEBIT.
    package var debitTime: String? {
        for case .exchanged(let command, _, _, _) in steps
        where command.count >= 16 && command[0] == 0x80 && command[1] == 0x54 {
            return Hex.encode(command[9..<16])
        }
        return nil
    }

    /// The card got power.
    ///
    /// - Parameter time: microseconds since the recording began, as everywhere here.
    package mutating func connected(at time: Int64) { add(.connected(at: time)) }

    package mutating func exchanged(_ command: [UInt8], sentAt: Int64, answer: [UInt8], at time: Int64) {
        add(.exchanged(bounded(command), sentAt: sentAt, answer: .success(bounded(answer)), at: time))
    }

    /// - Parameter number: of the reader's ``Payments/StableError``.
    package mutating func failed(_ command: [UInt8], sentAt: Int64, number: Int, at time: Int64) {
        add(.exchanged(bounded(command), sentAt: sentAt, answer: .failure(ReaderFailure(number: number)), at: time))
    }

    private func bounded(_ bytes: [UInt8]) -> [UInt8] { Array(bytes.prefix(CardTranscript.byteMaximum)) }

    private mutating func add(_ step: Step) {
        guard steps.count < Self.exchangeMaximum else {
            droppedCount += 1
            return
        }
        steps.append(step)
    }

    /// The transcript: numbers replaced, secrets hidden.
    ///
    /// - Parameters:
    ///   - answerToReset: empty when it is not known.
    ///   - fields: about the recording; without card data.
    ///   - random: draws the pseudonyms.
    package func transcript(
        answerToReset: [UInt8], fields: [CardTranscript.Field], using random: inout some RandomNumberGenerator
    ) -> CardTranscript {
        TranscriptMasking(self).transcript(answerToReset: answerToReset, fields: fields, using: &random)
    }
}
