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
            answerToReset: card.answerToReset, profiles: [.purse(FuzzCampus.profile), .identityOnly],
            today: FuzzCampus.today)
        var action = examination.start()
        while case .transmit(let command) = action {
            action = examination.receive(.cardAnswered(card.transmit(command.bytes)))
        }
    }

    private static func record(_ rest: inout FuzzInput) {
        let variant = rest.byte()
        let order = rest.byte()
        var air = FuzzAir(card: FuzzCampus.card(variant: variant), input: rest)
        var recording = CardRecording()
        recording.connected(at: 0)
        var probe = CardProbe(
            profiles: FuzzTaps.profiles(order: order), terminal: FuzzCampus.terminal, time: FuzzCampus.time)
        var module = FuzzModule()
        var action = probe.start()
        while true {
            switch action {
            case .transmit(let command):
                let answer = air.transmit(command)
                note(command, answer, &recording)
                action = probe.receive(answer.map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                action = probe.receive(
                    module.initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2): action = probe.receive(.mac2Checked(module.check(mac2)))
            case .finish:
                examine(&air, &recording)
                requireMasked(recording, air.card.answerToReset)
                return
            }
        }
    }

    private static func examine(_ air: inout FuzzAir, _ recording: inout CardRecording) {
        var examination = CardExamination(
            answerToReset: air.card.answerToReset, profiles: [.identityOnly], today: FuzzCampus.today)
        var action = examination.start()
        while case .transmit(let command) = action {
            let answer = air.transmit(command)
            note(command, answer, &recording)
            action = examination.receive(answer.map { .cardAnswered($0) } ?? .cardFailed)
        }
    }

    private static func note(_ command: CommandAPDU, _ answer: [UInt8]?, _ recording: inout CardRecording) {
        if let answer {
            recording.exchanged(command.bytes, sentAt: 1, answer: answer, at: 2)
        } else {
            recording.failed(command.bytes, sentAt: 1, number: 1104, at: 2)
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
