import Payments
import Simulation
import SmartCards

/// Does what a card machine asks for, as the input wants it: card and air, secure module, issuer, stored intents.
///
/// It holds every machine to this: it ends; a command that may change the card's money comes only after a stored
/// intent; and what is stored reads back the same.
struct FuzzDriver {
    /// How the command is lost that may change the card's money, and everything behind it.
    enum Tear {
        case before
        case after
    }

    var air: FuzzAir
    /// Where the tap is torn: at which command that may change the card's money, counted from 1.
    var tear: (command: Int, Tear)?
    /// Whether the reader may write to a memory card.
    var mayWriteBlocks = true
    /// Every exchange of the tap.
    var recording = CardRecording()
    private(set) var module = FuzzModule()
    /// What was stored before the card's money could change; of an earlier tap too.
    private(set) var intent: CardTransactionEvidence?
    private var money = FuzzMoneyCommands()
    private var moneyCommands = 0
    private var isTorn = false
    private var random = FuzzRandom()

    /// More actions than any machine asks for.
    private static let actionMaximum = 1000

    /// - Parameter intent: of the earlier tap that is asked about.
    init(_ air: FuzzAir, intent: CardTransactionEvidence? = nil) {
        self.air = air
        self.intent = intent
    }

    mutating func run<Machine: CardMachine>(_ machine: Machine) -> Machine.Result {
        var machine = machine
        var action = machine.receive(.started)
        for _ in 0..<Self.actionMaximum {
            if case .finish(let result) = action { return result }
            action = machine.receive(perform(action))
        }
        fatalError("the machine does not end")
    }

    private mutating func perform<Result>(_ action: CardAction<Result>) -> CardEvent {
        switch action {
        case .finish: fatalError("nothing answers the end")
        case .transmit(let command): return transmit(command).map { .cardAnswered($0) } ?? .cardFailed
        case .initializeSecureModule(let request):
            guard air.choice() != 0xFF else { return .secureModuleFailed }
            return module.initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed
        case .checkMAC2(let mac2):
            guard air.choice() != 0xFF else { return .checked(.notPossible) }
            return .checked(module.check(mac2).map { $0 ? .right : .wrong } ?? .notPossible)
        case .checkTAC(let evidence):
            guard air.choice() != 0xFF else { return .checked(.notPossible) }
            return .checked(FuzzCampus.isGenuine(evidence) ? .right : .wrong)
        case .requestLoad(let request): return decide(request)
        case .drawRandom(let count):
            return .random((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) })
        case .admit: return air.choice() == 0xFF ? .notAdmitted : .admitted
        case .persistIntent(let evidence): return persist(evidence)
        }
    }

    private mutating func decide(_ request: LoadRequest) -> CardEvent {
        invariant(LoadRequest(canonicalBytes: request.canonicalBytes) == request, "a load request read back differs")
        switch air.choice() {
        case 0xFF: return .loadRefused(.issuerUnreachable)
        case 0xFE: return .loadGranted(LoadGrant(time: FuzzCampus.time, mac2: [1, 2, 3, 4]))
        default:
            let key = FuzzCampus.loadKey(request.information)
            return request.isGenuine(underLoadKey: key)
                ? .loadGranted(request.grant(at: FuzzCampus.time, underLoadKey: key)) : .loadRefused(.refusedByIssuer)
        }
    }

    private mutating func persist(_ evidence: CardTransactionEvidence) -> CardEvent {
        invariant(evidence.amount > 0, "an intent for nothing")
        invariant(
            CardTransactionEvidence(canonicalBytes: evidence.canonicalBytes) == evidence, "an intent read back differs")
        guard air.choice() != 0xFF else { return .intentFailed }
        intent = evidence
        return .intentPersisted
    }

    /// The answer that arrives; `nil` when none does.
    mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        let answer = exchange(command)
        if let answer {
            recording.exchanged(command.bytes, sentAt: 1, answer: answer, at: 2)
        } else {
            recording.failed(command.bytes, sentAt: 1, number: 1104, at: 2)
        }
        return answer
    }

    private mutating func exchange(_ command: CommandAPDU) -> [UInt8]? {
        if isTorn { return nil }
        let kind = money.kind(of: command)
        invariant(kind != .block || mayWriteBlocks, "a reader that nobody knows writes to a card")
        guard kind != .other else { return air.transmit(command) }
        invariant(intent != nil, "the card's money may change before the intent is stored")
        moneyCommands += 1
        guard let tear, tear.command == moneyCommands else { return air.transmit(command) }
        isTorn = true
        if case .after = tear.1 { _ = air.card.exchange(command.bytes) }
        return nil
    }
}
