import Payments
import Simulation
import SmartCards

/// Drives the terminal's machines for recordings and replays, and names their outcome as a transcript does. The one
/// place of these tests that knows the machines.
struct TranscriptDrive {
    /// One tap, or what follows from it.
    struct Tap {
        var profiles: [CardProfile]
        /// In fen; 0 when no purse pays.
        var amount: UInt32
        var terminal: TerminalID
        var time: CalendarTime
        var pin: CardPIN?
    }

    var transmit: (CommandAPDU) -> [UInt8]?
    var initialize: (SecureModuleRequest) -> SecureModuleAnswer?
    var checkMAC2: ([UInt8]) -> CryptogramCheck
    var checkTAC: (CardTransactionEvidence) -> CryptogramCheck
    var requestLoad: (LoadRequest) -> LoadGrant?
    /// Whether the card of a torn payment comes back.
    var comesBack: () -> Bool

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

    func sell(_ tap: Tap) -> String {
        var probe = CardProbe(
            profiles: tap.profiles, amount: max(tap.amount, 1), terminal: tap.terminal, time: tap.time, dialect: .acs)
        switch result(of: &probe) {
        case .identified(let card): return "identified \(card.evidence.proof.rawValue)"
        case .paid: return "purchased"
        case .stopped: return "failed"
        case .refused(let refusal): return "problem E\(refusal.number)"
        case .uncertain(let payment, _):
            guard let profile = probe.profile, comesBack() else { return "unknown" }
            return recover(payment.evidence, profile, tap)
        }
    }

    func load(_ tap: Tap) -> String? {
        guard let profile = tap.profiles.first, case .purse(let purse) = profile,
            var machine = PurseLoadMachine(
                profile: purse, amount: max(tap.amount, 1), terminal: tap.terminal, pin: tap.pin)
        else { return nil }
        switch result(of: &machine) {
        case .loaded: return "loaded"
        case .failed(let failure): return CardRefusal(load: failure).map { "problem E\($0.number)" } ?? "failed"
        case .unknown(let evidence, _): return comesBack() ? recover(.load(evidence), profile, tap) : "unknown"
        }
    }

    private func recover(_ evidence: CardTransactionEvidence, _ profile: CardProfile, _ tap: Tap) -> String {
        guard
            var recovery = CardRecovery(
                of: evidence, profile: profile, terminal: tap.terminal, time: tap.time, pin: tap.pin, dialect: .acs)
        else { return "unknown" }
        switch result(of: &recovery) {
        case .happened(.load): return "loaded"
        case .happened: return "purchased"
        case .didNotHappen: return "failed"
        case .otherCard: return "unknown"
        case .undetermined: return "undetermined"
        // The lane keeps the payment open and asks for the card again.
        case .unresolved: return "unknown"
        }
    }

    private func result<Machine: CardMachine>(of machine: inout Machine) -> Machine.Result {
        var action = machine.receive(.started)
        while true {
            let event: CardEvent
            switch action {
            case .finish(let result): return result
            case .transmit(let command): event = transmit(command).map { .cardAnswered($0) } ?? .cardFailed
            case .initializeSecureModule(let request):
                event = initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed
            case .checkMAC2(let mac2): event = .checked(checkMAC2(mac2))
            case .checkTAC(let evidence): event = .checked(checkTAC(evidence))
            case .requestLoad(let request):
                event = requestLoad(request).map { .loadGranted($0) } ?? .loadRefused(.issuerUnreachable)
            case .drawRandom(let count): event = .random((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) })
            case .admit: event = .admitted
            case .persistIntent: event = .intentPersisted
            }
            action = machine.receive(event)
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
        // Without keys nobody can check the codes again: the secure module's word is the recorded outcome.
        let notGenuine = "problem E\(CardRefusal.Code.cardNotGenuine.rawValue)"
        let check: CryptogramCheck = transcript.value("outcome") == notGenuine ? .wrong : .right
        let drive = TranscriptDrive(
            transmit: { box.card.transmit($0.bytes) }, initialize: { _ in box.card.secureModuleAnswer },
            checkMAC2: { _ in check }, checkTAC: { _ in check }, requestLoad: { _ in box.card.loadGrant },
            comesBack: {
                box.card.powerOn()
                return !box.card.isExhausted && box.card.difference == nil
            })
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
        let kind = transcript.value("kind")
        if kind == "examination" {
            guard let today = Int(when.prefix(8)) else { throw Unplayable(reason: "time") }
            return drive.run(CardExamination(answerToReset: card.answerToReset, profiles: profiles, today: today))
        }
        let tap = TranscriptDrive.Tap(
            profiles: profiles, amount: amount(transcript),
            terminal: try SmartCardsTests.terminal(transcript.value("terminal") ?? ""),
            time: try SmartCardsTests.time(when), pin: pin(transcript))
        switch kind {
        case "tap": return drive.sell(tap)
        case "load":
            guard let outcome = drive.load(tap) else { throw Unplayable(reason: "profile") }
            return outcome
        default: throw Unplayable(reason: "kind \(kind ?? "missing")")
        }
    }

    /// Of the first INITIALIZE of a purchase or load; 0 without one.
    private static func amount(_ transcript: CardTranscript) -> UInt32 {
        for case .sent(let bytes, _) in transcript.steps {
            let command = bytes.filled
            guard command.count == 17, command[0] == 0x80, command[1] == 0x50 else { continue }
            return command[6..<10].reduce(0) { $0 << 8 | UInt32($1) }
        }
        return 0
    }

    /// One as long as the hidden one of the first VERIFY; `nil` without one.
    private static func pin(_ transcript: CardTranscript) -> CardPIN? {
        for case .sent(let bytes, _) in transcript.steps {
            let command = bytes.filled
            guard command.count > 5, command[0] == 0x00, command[1] == 0x20 else { continue }
            return CardPIN([UInt8](repeating: 0, count: command.count - 5))
        }
        return nil
    }

    private final class Box {
        var card: TranscriptCard

        init(_ card: TranscriptCard) { self.card = card }
    }
}
