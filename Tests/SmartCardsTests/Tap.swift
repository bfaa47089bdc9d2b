import Payments
import Simulation
import SmartCards

/// What a test does to one exchange with the card, counted from 1.
enum Interference: Sendable, Equatable {
    /// The card never saw the command.
    case lostBefore
    /// The card carried the command out, its answer was lost.
    case lostAfter
    /// The card did nothing, and answered these bytes.
    case refused([UInt8])
    /// The card carried the command out, other bytes arrived.
    case replaced([UInt8])
    /// The card carried the command out, the last bytes before the status were changed.
    case corrupted
}

/// The driver could not store the intent, and the machine gave the purchase up.
struct IntentNotStored: Error {}

/// Card, secure module and the air between them, for one tap.
struct Tap {
    var card: any VirtualCard
    var module: SoftSecureModule
    var terminalSerial: UInt32 = 41
    var interferences: [Int: Interference] = [:]
    var moduleFailsToInitialize = false
    var moduleFailsToCheck = false
    var intentFails = false
    /// What was durable before its DEBIT.
    var intents: [PurchaseIntent] = []
    /// Every exchange, in order: the instruction byte, 0x70 and 0x72 for the secure module.
    var exchanges: [UInt8] = []
    private var cardExchanges = 0

    init(_ card: any VirtualCard, _ campus: LabCampus, _ interferences: [Int: Interference] = [:]) {
        self.card = card
        module = SoftSecureModule(masterKey: campus.masterPurchase)
        self.interferences = interferences
        self.card.powerOn()
    }

    mutating func run(_ machine: PursePurchaseMachine) throws -> PurseResult {
        var machine = machine
        var action = machine.receive(.started)
        while true {
            switch action {
            case .finish(let result): return result
            case .abandon: throw IntentNotStored()
            case .persistIntent(let intent):
                if intentFails {
                    action = machine.receive(.intentFailed)
                } else {
                    intents.append(intent)
                    action = machine.receive(.intentPersisted)
                }
            case .transmit(let command):
                action = machine.receive(transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                let answer = try initialize(request)
                action = machine.receive(answer.map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2):
                action = machine.receive(try check(mac2).map { .mac2Checked($0) } ?? .secureModuleFailed)
            }
        }
    }

    mutating func run(_ probe: CardProbe) throws -> CardProbe.Outcome {
        var probe = probe
        var action = probe.start()
        while true {
            switch action {
            case .finish(let outcome): return outcome
            case .transmit(let command):
                action = probe.receive(transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                let answer = try initialize(request)
                action = probe.receive(answer.map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2):
                action = probe.receive(try check(mac2).map { .mac2Checked($0) } ?? .secureModuleFailed)
            }
        }
    }

    mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        exchanges.append(command.instruction)
        cardExchanges += 1
        let interference = interferences[cardExchanges]
        if interference == .lostBefore { return nil }
        if case .refused(let bytes) = interference { return bytes }
        let answer = card.transmit(command.bytes)
        switch interference {
        case nil, .lostBefore, .refused: return answer
        case .lostAfter: return nil
        case .replaced(let bytes): return bytes
        case .corrupted:
            var bytes = answer
            if bytes.count > 2 { bytes[bytes.count - 3] ^= 0x01 }
            return bytes
        }
    }

    private mutating func initialize(_ request: SecureModuleRequest) throws -> SecureModuleAnswer? {
        exchanges.append(0x70)
        terminalSerial += 1
        if moduleFailsToInitialize { return nil }
        return try module.initializeForPurchase(request, terminalSerial: terminalSerial)
    }

    mutating func check(_ mac2: [UInt8]) throws -> Bool? {
        exchanges.append(0x72)
        if moduleFailsToCheck { return nil }
        return try module.credit(mac2: mac2)
    }
}
