import Payments
import SmartCards

/// Explains the card in a lane's field, and records what goes between terminal and card, for the person who sets a
/// terminal up. Takes no money and changes no card.
package struct CardInspection: Sendable {
    private let profiles: [CardProfile]
    private let terminal: TerminalID
    private let clock: TrustedClock
    private let timeZoneOffset: Int64

    /// - Parameters:
    ///   - profiles: in the order in which a lane tries them.
    ///   - timeZoneOffset: seconds east of UTC of the time that cards log.
    package init(profiles: [CardProfile], terminal: TerminalID, clock: TrustedClock, timeZoneOffset: Int64) {
        self.profiles = profiles
        self.terminal = terminal
        self.clock = clock
        self.timeZoneOffset = timeZoneOffset
    }

    /// How often a card is asked again at once after an exchange with it broke, as at a sale.
    private static let retryMaximum = 2

    /// Examines the card in the field of `lane`, which serves no sale meanwhile.
    ///
    /// - Returns: the report, and the transcript of the examination.
    package func examine(
        _ lane: Lane
    ) async throws -> (report: CardExaminationReport, transcript: CardTranscript) {
        try await lane.withReader { reader, answerToReset in
            let recorder = RecordingCardReader(reader, uptime: clock.uptime)
            let result = await examine(recorder, answerToReset: answerToReset)
            await recorder.disconnect(.powerOff)
            let report = try result.get()
            let outcome = report.decisive.map { "\($0.fit.rawValue) \($0.profile)" } ?? "unsupported"
            return (
                report,
                transcript(
                    recorder.recorded, kind: "examination", outcome: report.isComplete ? outcome : "incomplete",
                    answerToReset: answerToReset)
            )
        }
    }

    private func examine(
        _ reader: any CardReader, answerToReset: [UInt8]
    ) async -> Result<CardExaminationReport, CardReaderError> {
        var last: Result<CardExaminationReport, CardReaderError> = .failure(CardReaderError(.noCard))
        for attempt in 0...Self.retryMaximum {
            do throws(CardReaderError) {
                try await reader.connect()
            } catch {
                // What broke first says more than that the card is gone now.
                return attempt == 0 ? .failure(error) : last
            }
            let report = await drive(reader, answerToReset: answerToReset)
            last = .success(report)
            if report.isComplete { return last }
            await reader.disconnect(.powerOff)
        }
        return last
    }

    private func drive(_ reader: any CardReader, answerToReset: [UInt8]) async -> CardExaminationReport {
        let day = CalendarTime(clock.now(), offset: timeZoneOffset)
        var machine = CardExamination(
            answerToReset: answerToReset, profiles: profiles,
            today: day.year * 10_000 + day.month * 100 + day.day, dialect: reader.valueDialect)
        var action = machine.start()
        while true {
            switch action {
            case .finish(let report): return report
            case .transmit(let command): action = machine.receive(await exchange(command, reader))
            }
        }
    }

    /// Apart from its loop, because the compiler (6.3.1) crashes on a typed `catch` around `await` in one.
    private func exchange(_ command: CommandAPDU, _ reader: any CardReader) async -> CardExamination.Event {
        do throws(CardReaderError) {
            return .cardAnswered(try await reader.transmit(command.bytes))
        } catch {
            return .cardFailed
        }
    }

    /// The transcript of a sale's tap that `lane` recorded.
    package func transcript(_ tap: RecordedTap) -> CardTranscript {
        transcript(tap.recording, kind: "tap", outcome: tap.outcome, answerToReset: tap.answerToReset)
    }

    private func transcript(
        _ recording: CardRecording, kind: String, outcome: String, answerToReset: [UInt8]
    ) -> CardTranscript {
        let now = clock.now()
        let local = CalendarTime(now, offset: timeZoneOffset)
        var random = SystemRandomNumberGenerator()
        let fields =
            [
                CardTranscript.Field("kind", kind), CardTranscript.Field("recorded", CalendarTime(now).utcText),
                CardTranscript.Field("terminal", terminal.text),
                CardTranscript.Field("time", recording.debitTime ?? local.compactDate + local.compactTime),
            ] + profiles.map { CardTranscript.Field("profile", $0.transcriptText) }
            + [CardTranscript.Field("outcome", outcome)]
        return recording.transcript(answerToReset: answerToReset, fields: fields, using: &random)
    }
}
