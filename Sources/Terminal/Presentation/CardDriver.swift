import Payments
import SmartCards

/// Does what a card machine asks for, and remembers what broke, for a message better than "communication failed".
struct CardDriver {
    private let reader: any CardReader
    private let secureModule: (any SecureModule)?
    private var session: SecureModuleSession?
    /// Decides about the card's own money.
    private(set) var desk: PurseDesk
    /// Time that card, reader and secure module took.
    private(set) var cardTime = Duration.zero
    private let uptime: @Sendable () -> Duration
    private(set) var readerError: CardReaderError?
    /// A PIN went out and its answer is lost: the card may have counted an attempt.
    private(set) var isPINInDoubt = false
    private(set) var secureModuleError: SecureModuleError?

    /// - Parameter uptime: a clock that never goes back.
    init(
        reader: any CardReader, secureModule: (any SecureModule)?, desk: PurseDesk,
        uptime: @escaping @Sendable () -> Duration
    ) {
        self.reader = reader
        self.secureModule = secureModule
        self.desk = desk
        self.uptime = uptime
    }

    /// Whether the link to the card broke, rather than the card saying something.
    var isBroken: Bool {
        switch readerError?.code {
        case .cardRemoved, .cardReset, .communication: true
        default: false
        }
    }

    /// What the lane shows for a refusal: what broke below it, where something did.
    func problem(_ refusal: CardRefusal) -> PresentationProblem {
        if let readerError { return PresentationProblem(readerError) }
        let problem = PresentationProblem(refusal)
        guard let secureModuleError, refusal.code == .secureModuleFailed else { return problem }
        return PresentationProblem(
            number: secureModuleError.number, english: secureModuleError.message, chinese: problem.chinese)
    }

    /// Runs the machine to its end. No session of the secure module is left open.
    mutating func run<Machine: CardMachine>(_ machine: inout Machine) async -> Machine.Result {
        var action = machine.receive(.started)
        while true {
            let event: CardEvent
            switch action {
            case .transmit(let command): event = await transmit(command)
            case .initializeSecureModule(let request): event = await initialize(request)
            case .checkMAC2(let mac2): event = .checked(await check(mac2))
            // The key of the TAC is the issuer's alone.
            case .checkTAC: event = .checked(.notPossible)
            case .requestLoad(let request): event = await desk.requestLoad(request)
            case .drawRandom(let count): event = .random(Self.random(count))
            case .admit(let card): event = await desk.admit(card) ? .admitted : .notAdmitted
            case .persistIntent(let evidence):
                event = await desk.persist(evidence) ? .intentPersisted : .intentFailed
            case .finish(let result):
                await endSession()
                return result
            }
            action = machine.receive(event)
        }
    }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private mutating func transmit(_ command: CommandAPDU) async -> CardEvent {
        let started = uptime()
        defer { cardTime += uptime() - started }
        do throws(CardReaderError) {
            return .cardAnswered(try await reader.transmit(command.bytes))
        } catch {
            readerError = error
            isPINInDoubt = command.isPINAttempt
            return .cardFailed
        }
    }

    private mutating func initialize(_ request: SecureModuleRequest) async -> CardEvent {
        guard let secureModule else { return .secureModuleFailed }
        let started = uptime()
        defer { cardTime += uptime() - started }
        do throws(SecureModuleError) {
            let session = try await secureModule.initializeForPurchase(request)
            self.session = session
            return .secureModuleInitialized(session.answer)
        } catch {
            secureModuleError = error
            return .secureModuleFailed
        }
    }

    private mutating func check(_ mac2: [UInt8]) async -> CryptogramCheck {
        guard let secureModule, let session else { return .notPossible }
        let started = uptime()
        defer { cardTime += uptime() - started }
        self.session = nil
        do throws(SecureModuleError) {
            return try await secureModule.credit(mac2: mac2, session: session) ? .right : .wrong
        } catch {
            secureModuleError = error
            return .notPossible
        }
    }

    private mutating func endSession() async {
        if let session { await secureModule?.abandon(session) }
        session = nil
    }
}
