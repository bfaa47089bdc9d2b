import Payments
import Simulation
import SmartCards

/// Transcripts: what can be read reads back the same, and no recording gives away a number of the card, whatever the
/// air did to the answers.
enum TranscriptTarget {
    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        switch rest.byte() % 3 {
        case 0: read(String(decoding: rest.remainder(), as: UTF8.self))
        case 1: read("campus-till transcript 1\n" + String(decoding: rest.remainder(), as: UTF8.self))
        default: record(&rest)
        }
    }

    private static func read(_ text: String) {
        do throws(TranscriptError) {
            let transcript = try CardTranscript(text: text)
            let again = try CardTranscript(text: transcript.text())
            invariant(again == transcript, "a transcript read back differs")
            replay(transcript)
        } catch {
            _ = error.message
        }
    }

    /// An examination of the card that the transcript plays ends too.
    private static func replay(_ transcript: CardTranscript) {
        var card = TranscriptCard(transcript)
        card.powerOn()
        _ = card.secureModuleAnswer
        var examination = CardExamination(
            answerToReset: card.answerToReset, profiles: FuzzTaps.profiles(variant: 0, order: 0),
            today: FuzzCampus.today)
        var action = examination.start()
        while case .transmit(let command) = action {
            action = examination.receive(.cardAnswered(card.transmit(command.bytes)))
        }
    }

    private static func record(_ rest: inout FuzzInput) {
        let variant = rest.byte()
        let order = rest.byte()
        var driver = FuzzDriver(FuzzAir(card: FuzzCampus.card(variant: variant), input: rest))
        driver.recording.connected(at: 0)
        _ = driver.run(
            CardProbe(
                profiles: FuzzTaps.profiles(variant: variant, order: order), amount: 1250,
                terminal: FuzzCampus.terminal, time: FuzzCampus.time))
        examine(&driver)
        requireMasked(driver.recording, driver.air.card.answerToReset)
    }

    private static func examine(_ driver: inout FuzzDriver) {
        var examination = CardExamination(
            answerToReset: driver.air.card.answerToReset,
            profiles: [.identityOnly(IdentityProfile(name: "identity"))], today: FuzzCampus.today)
        var action = examination.start()
        while case .transmit(let command) = action {
            action = examination.receive(driver.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
        }
    }

    private static func requireMasked(_ recording: CardRecording, _ answerToReset: [UInt8]) {
        var random = FuzzRandom()
        let transcript = recording.transcript(answerToReset: answerToReset, fields: [], using: &random)
        let text = transcript.text()
        for secret in FuzzTaps.secretTexts { invariant(!text.contains(secret), "a card number is in the transcript") }
        do throws(TranscriptError) {
            let again = try CardTranscript(text: text)
            invariant(again == transcript, "a recorded transcript read back differs")
        } catch {
            fatalError("a recorded transcript cannot be read: \(error)")
        }
    }
}
