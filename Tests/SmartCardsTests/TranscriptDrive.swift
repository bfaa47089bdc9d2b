import Payments
import Simulation
import SmartCards

/// Drives the terminal's machines for recordings and replays, and names their outcome as a transcript does. The one
/// place of these tests that knows the machines.
struct TranscriptDrive {
    var transmit: (CommandAPDU) -> [UInt8]?
    var initialize: (SecureModuleRequest) -> SecureModuleAnswer?
    var check: ([UInt8]) -> Bool

    func run(_ examination: CardExamination) -> String {
        var examination = examination
        var action = examination.start()
        while true {
            switch action {
            case .finish(let report):
                guard report.isComplete else { return "incomplete" }
                return report.decisive.map { "\($0.fit.rawValue) \($0.profile)" } ?? "unsupported"
            case .transmit(let command):
                action = examination.receive(transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            }
        }
    }

    func run(_ probe: CardProbe) -> String {
        var probe = probe
        var action = probe.start()
        while true {
            switch action {
            case .finish(.identified(let card)): return "identified \(card.evidence.proof.rawValue)"
            case .finish(.refused(let refusal)): return "problem E\(refusal.number)"
            case .transmit(let command):
                action = probe.receive(transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                action = probe.receive(initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2): action = probe.receive(.mac2Checked(check(mac2)))
            }
        }
    }

    func run(_ machine: PursePurchaseMachine) -> String {
        var machine = machine
        var action = machine.receive(.started)
        while true {
            switch action {
            case .finish(.purchased): return "purchased"
            case .finish(.unknown): return "unknown"
            case .finish(.identified), .finish(.failed), .abandon: return "failed"
            case .persistIntent: action = machine.receive(.intentPersisted)
            case .transmit(let command):
                action = machine.receive(transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                action = machine.receive(
                    initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2): action = machine.receive(.mac2Checked(check(mac2)))
            }
        }
    }
}

/// Plays a transcript to the machine that it was recorded from.
struct TranscriptReplay {
    struct Unplayable: Error {
        let reason: String
    }

    /// What came of it, and how the card saw it.
    let outcome: String
    let card: TranscriptCard

    init(_ transcript: CardTranscript) throws {
        let profiles = try transcript.values("profile").map { text in
            guard let profile = CardProfile(transcriptText: text) else { throw Unplayable(reason: text) }
            return profile
        }
        let box = Box(TranscriptCard(transcript))
        let recorded = transcript.value("outcome") ?? ""
        let drive = TranscriptDrive(
            transmit: { box.card.transmit($0.bytes) }, initialize: { _ in box.card.secureModuleAnswer },
            // Without keys nobody can check the code again: the secure module's word is the recorded outcome.
            check: { _ in recorded != "problem E\(CardRefusal.Code.cardNotGenuine.rawValue)" })
        var outcome = ""
        // A broken exchange was tried again at once, with the card powered anew.
        repeat {
            box.card.powerOn()
            outcome = try Self.run(transcript, profiles, drive, box.card)
        } while !box.card.isExhausted && box.card.difference == nil
        if outcome == "problem E\(CardRefusal.Code.communicationFailed.rawValue)",
            case .failed(let number, _)? = transcript.steps.last
        {
            // The lane says what broke at the reader.
            outcome = "problem E\(number)"
        }
        self.outcome = outcome
        card = box.card
    }

    private static func run(
        _ transcript: CardTranscript, _ profiles: [CardProfile], _ drive: TranscriptDrive, _ card: TranscriptCard
    ) throws -> String {
        let when = transcript.value("time") ?? ""
        switch transcript.value("kind") {
        case "examination":
            guard let today = Int(when.prefix(8)) else { throw Unplayable(reason: "time") }
            return drive.run(
                CardExamination(answerToReset: card.answerToReset, profiles: profiles, today: today))
        case "tap":
            let terminal = try SmartCardsTests.terminal(transcript.value("terminal") ?? "")
            let time = try SmartCardsTests.time(when)
            guard case .purse(let profile)? = profiles.first, let amount = amount(transcript), amount > 0 else {
                return drive.run(CardProbe(profiles: profiles, terminal: terminal, time: time))
            }
            return drive.run(
                PursePurchaseMachine(profile: profile, amount: amount, terminal: terminal, time: time))
        case let kind: throw Unplayable(reason: "kind \(kind ?? "missing")")
        }
    }

    /// Of the first INITIALIZE FOR PURCHASE; `nil` without one.
    private static func amount(_ transcript: CardTranscript) -> UInt32? {
        for case .sent(let bytes, _) in transcript.steps {
            let command = bytes.filled
            guard command.count == 17, command[0] == 0x80, command[1] == 0x50 else { continue }
            return command[6..<10].reduce(0) { $0 << 8 | UInt32($1) }
        }
        return nil
    }

    private final class Box {
        var card: TranscriptCard

        init(_ card: TranscriptCard) { self.card = card }
    }
}
