import Payments

/// Makes a transcript of a recording. What is not known to be harmless is hidden; card numbers, wherever they stand,
/// are replaced by pseudonyms of the same length, so that a replay runs like the tap did.
struct TranscriptMasking {
    /// One answer, joined from its parts, and what of it is hidden.
    private struct Whole {
        let command: CommandAPDU?
        var data: [UInt8] = []
        /// For each byte its step of the recording and its place there.
        var places: [(step: Int, offset: Int)] = []
        /// What is not judged is hidden.
        var judgement: TranscriptRules.Judgement?
    }

    private let recording: CardRecording
    private let wholes: [Whole]

    init(_ recording: CardRecording) {
        self.recording = recording
        wholes = Self.wholes(of: recording)
    }

    func transcript(
        answerToReset: [UInt8], fields: [CardTranscript.Field], using random: inout some RandomNumberGenerator
    ) -> CardTranscript {
        let pseudonyms = TranscriptPseudonyms(wholes.flatMap { $0.judgement?.secrets ?? [] }, using: &random)
        let shown = shownBytes(pseudonyms)
        var transcript = CardTranscript(fields: fields)
        if !answerToReset.isEmpty {
            let text = Self.masked(answerToReset: answerToReset, pseudonyms).text
            transcript.fields.append(CardTranscript.Field("atr", text))
        }
        if recording.droppedCount > 0 {
            transcript.fields.append(CardTranscript.Field("dropped", "\(recording.droppedCount)"))
        }
        for (index, step) in recording.steps.enumerated() {
            switch step {
            case .connected(let time): transcript.steps.append(.connected(at: time))
            case .exchanged(let command, let sentAt, let answer, let time):
                transcript.steps.append(.sent(Self.masked(command: command, pseudonyms), at: sentAt))
                switch answer {
                case .success(let bytes):
                    transcript.steps.append(.answered(MaskedBytes(bytes, shown[index] ?? [:]), at: time))
                case .failure(let failure): transcript.steps.append(.failed(failure.number, at: time))
                }
            }
        }
        return transcript
    }

    /// Follows every command through GET RESPONSE, corrected lengths and DESFire's further frames to its whole answer:
    /// what a part holds can be told only from the whole.
    private static func wholes(of recording: CardRecording) -> [Whole] {
        var wholes: [Whole] = []
        var open = false
        for (index, step) in recording.steps.enumerated() {
            guard case .exchanged(let bytes, _, .success(let answer), _) = step else {
                open = false
                continue
            }
            let command: CommandAPDU?
            do throws(CardDataError) { command = try CommandAPDU(decoding: bytes) } catch { command = nil }
            if !open || !continues(command) { wholes.append(Whole(command: command)) }
            let count = max(0, answer.count - 2)
            wholes[wholes.count - 1].data += answer[..<count]
            wholes[wholes.count - 1].places += (0..<count).map { (index, $0) }
            guard answer.count >= 2 else {
                open = false
                continue
            }
            let status = StatusWord(UInt16(answer[count]) << 8 | UInt16(answer[count + 1]))
            let isCorrected = status.wantedLength != nil && continues(command)
            open = status.moreDataCount != nil || status.rawValue == 0x91AF || isCorrected
            if !open {
                let whole = wholes[wholes.count - 1]
                wholes[wholes.count - 1].judgement = TranscriptRules.judge(whole.command, whole.data, status)
            }
        }
        return wholes
    }

    private static func continues(_ command: CommandAPDU?) -> Bool {
        guard let command else { return false }
        return command.classByte == 0x00 && command.instruction == 0xC0
            || command.classByte == 0x90 && command.instruction == 0xAF
    }

    /// The bytes of answers that may be shown, with pseudonyms in place: by step, then by place.
    private func shownBytes(_ pseudonyms: TranscriptPseudonyms) -> [Int: [Int: UInt8]] {
        var shown: [Int: [Int: UInt8]] = [:]
        for whole in wholes {
            guard let judgement = whole.judgement else { continue }
            var masked = MaskedBytes(whole.data)
            pseudonyms.apply(to: &masked, in: 0..<masked.count)
            masked.hide(judgement.hidden)
            for (place, byte) in zip(whole.places, masked.bytes) {
                shown[place.step, default: [:]][place.offset] = byte
            }
        }
        return shown
    }

    private static func masked(command bytes: [UInt8], _ pseudonyms: TranscriptPseudonyms) -> MaskedBytes {
        var masked = MaskedBytes(bytes)
        let command: CommandAPDU
        do throws(CardDataError) { command = try CommandAPDU(decoding: bytes) } catch {
            masked.hide(min(4, bytes.count)..<bytes.count)
            return masked
        }
        let range = 5..<(5 + command.data.count)
        if TranscriptRules.mayShowData(of: command) {
            pseudonyms.apply(to: &masked, in: range)
        } else {
            masked.hide(range)
        }
        return masked
    }

    private static func masked(answerToReset bytes: [UInt8], _ pseudonyms: TranscriptPseudonyms) -> MaskedBytes {
        var masked = MaskedBytes(bytes)
        let answer: AnswerToReset
        do throws(AnswerToReset.Flaw) { answer = try AnswerToReset(decoding: bytes) } catch {
            masked.hide(min(2, bytes.count)..<bytes.count)
            return masked
        }
        pseudonyms.apply(to: &masked, in: 2..<bytes.count)
        let historical = answer.historicalRange
        let tail = TranscriptRules.hiddenTail(ofHistoricalBytes: answer.historicalBytes)
        masked.hide((historical.upperBound - tail)..<historical.upperBound)
        return masked
    }
}
