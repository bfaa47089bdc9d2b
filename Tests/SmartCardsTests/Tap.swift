import Payments
import Simulation
import SmartCards
import Testing

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

/// The issuer's side of a load, as a tap meets it.
enum LoadAuthority: Sendable {
    /// Checks MAC1 and grants.
    case granting(loadKey: DESKey, time: CalendarTime)
    /// Grants with a MAC2 that no card takes.
    case wrongMAC2(time: CalendarTime)
    case refusing
    case unreachable

    func decide(_ request: LoadRequest) -> CardEvent {
        switch self {
        case .granting(let key, let time):
            request.isGenuine(underLoadKey: key)
                ? .loadGranted(request.grant(at: time, underLoadKey: key)) : .loadRefused(.refusedByIssuer)
        case .wrongMAC2(let time): .loadGranted(LoadGrant(time: time, mac2: [1, 2, 3, 4]))
        case .refusing: .loadRefused(.refusedByIssuer)
        case .unreachable: .loadRefused(.issuerUnreachable)
        }
    }
}

/// Card, secure module, issuer and the air between them, for one tap.
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
    /// What was durable before its CREDIT FOR LOAD.
    var loadIntents: [LoadEvidence] = []
    var issuer = LoadAuthority.unreachable
    var loadRequests: [LoadRequest] = []
    /// Whoever checks TACs has this key, or nobody does.
    var tacKey: DESKey?
    /// What the secure module was told.
    var moduleRequests: [SecureModuleRequest] = []
    /// Whether a card may pay from its own purse.
    var isAdmitted = true
    var admissions: [CardEvidence] = []
    /// Every exchange, in order: the instruction byte; 0x70 and 0x72 for the secure module, 0x01 for the issuer.
    var exchanges: [UInt8] = []
    private var cardExchanges = 0

    init(_ card: any VirtualCard, _ campus: LabCampus, _ interferences: [Int: Interference] = [:]) {
        self.card = card
        module = SoftSecureModule(masterKey: campus.masterPurchase)
        self.interferences = interferences
        self.card.powerOn()
    }

    mutating func run<Machine: CardMachine>(_ machine: Machine) throws -> Machine.Result {
        var machine = machine
        var action = machine.receive(.started)
        while true {
            let event: CardEvent
            switch action {
            case .finish(let result): return result
            case .persistIntent(let evidence):
                event = persist(evidence)
            case .transmit(let command): event = transmit(command).map { .cardAnswered($0) } ?? .cardFailed
            case .initializeSecureModule(let request):
                event = try initialize(request).map { .secureModuleInitialized($0) } ?? .secureModuleFailed
            case .checkMAC2(let mac2):
                event = .checked(try check(mac2).map { $0 ? .right : .wrong } ?? .notPossible)
            case .checkTAC(let evidence): event = .checked(check(evidence))
            case .requestLoad(let request):
                exchanges.append(0x01)
                loadRequests.append(request)
                event = issuer.decide(request)
            case .admit(let card):
                admissions.append(card)
                event = isAdmitted ? .admitted : .notAdmitted
            case .drawRandom(let count): event = .random((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) })
            }
            action = machine.receive(event)
        }
    }

    mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        exchanges.append(command.instruction)
        cardExchanges += 1
        let interference = interferences[cardExchanges]
        if interference == .lostBefore { return nil }
        if case .refused(let bytes) = interference { return bytes }
        let answer = card.exchange(command.bytes)
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

    private mutating func persist(_ evidence: CardTransactionEvidence) -> CardEvent {
        guard !intentFails else { return .intentFailed }
        switch evidence {
        case .purchase(let purchase): intents.append(PurchaseIntent(purchase))
        case .load(let load): loadIntents.append(load)
        case .desfireDebit, .mifareClassic: Issue.record("this is no purse card")
        }
        return .intentPersisted
    }

    private func check(_ evidence: CardTransactionEvidence) -> CryptogramCheck {
        guard let tacKey else { return .notPossible }
        let isRight =
            switch evidence {
            case .purchase(let purchase): purchase.isGenuine(underTACKey: tacKey)
            case .load(let load): load.isGenuine(underTACKey: tacKey)
            case .desfireDebit, .mifareClassic: false
            }
        return isRight ? .right : .wrong
    }

    private mutating func initialize(_ request: SecureModuleRequest) throws -> SecureModuleAnswer? {
        exchanges.append(0x70)
        terminalSerial += 1
        moduleRequests.append(request)
        if moduleFailsToInitialize { return nil }
        return try module.initializeForPurchase(request, terminalSerial: terminalSerial)
    }

    mutating func check(_ mac2: [UInt8]) throws -> Bool? {
        exchanges.append(0x72)
        if moduleFailsToCheck { return nil }
        do throws(SoftSecureModuleError) {
            return try module.credit(mac2: mac2)
        } catch {
            // The session of the purchase is over: what its MAC2 was nobody here can tell.
            return nil
        }
    }
}
