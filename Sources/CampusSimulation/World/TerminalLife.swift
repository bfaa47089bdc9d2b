import FaultyStorage
import HubProtocol
import Ledger
import Logging
import Payments
import SmartCards
import Terminal

/// One run of a terminal's program, from its start to its end: the real core over the real ledger.
@SimulationActor final class TerminalLife {
    let number: Int
    let ledger: SQLiteLedger
    let disk: SimulatedDisk
    let clock: TrustedClock
    let authorization: AuthorizationService
    let purse: PurseService
    let verification: CodeVerification
    let presentation: CardPresentation
    let corrections: CorrectionService
    let policies: any PolicyLedger
    let sync: SyncSteps
    /// Ends a rest of the sync.
    let bell: Timeline.Bell
    let lanes: [CampusLane]
    private var hasEnded = false
    /// What sync last failed with; `nil` after it was level.
    private(set) var failure: SyncFailure?
    private(set) var isLevel = false

    struct Setting {
        var number: Int
        var ledger: SQLiteLedger
        var disk: SimulatedDisk
        var clock: TrustedClock
        var merchant: MerchantID
        var ports: TerminalPorts
        var secureModule: any SecureModule
        var timeline: Timeline
        var seed: UInt64
    }

    init(_ setting: Setting) async throws(LedgerError) {
        number = setting.number
        ledger = setting.ledger
        disk = setting.disk
        let trusted = setting.clock
        clock = trusted
        let bell = Timeline.Bell()
        self.bell = bell
        let timeline = setting.timeline
        let ports = setting.ports
        let recorded: @Sendable () -> Void = { timeline.ring(bell) }
        let authorizer = Authorizer(policy: ports.policy, timeZoneOffset: CampusRules.timeZoneOffset)
        let authorization = AuthorizationService(
            journal: ports.journal, policies: ports.policies, hub: ports.hub, clock: trusted, authorizer: authorizer,
            merchant: setting.merchant, hubBudget: .milliseconds(150), selectionSeed: setting.seed, recorded: recorded)
        policies = ports.policies
        corrections = CorrectionService(
            journal: ports.corrections, numbers: ports.journal, clock: trusted,
            rules: CorrectionRules(timeZoneOffset: CampusRules.timeZoneOffset),
            abandon: { authorization.abandon($0) }, recorded: recorded)
        self.authorization = authorization
        let purse = PurseService(
            journal: ports.journal, hub: ports.hub, authorizer: authorizer, clock: trusted,
            merchant: setting.merchant,
            deliver: {
                timeline.ring(bell)
                await timeline.pause(.milliseconds(300))
            },
            abandon: { authorization.abandon($0) }, recorded: recorded)
        self.purse = purse
        let verification = CodeVerification(lifetimeMaximum: .seconds(120), logger: .silent)
        self.verification = verification
        verification.replaceKeys(try await ports.replica.codeKeys())
        presentation = CardPresentation(
            profiles: [.purse(Self.profile)], terminal: ledger.terminal, secureModule: setting.secureModule,
            purse: purse, clock: trusted, timeZoneOffset: CampusRules.timeZoneOffset)
        sync = SyncSteps(
            queue: ports.queue, replica: ports.replica, keys: ledger, hub: ports.hub, clock: trusted,
            signer: ports.signer,
            settleOwed: { () async throws(LedgerError) in
                try await authorization.voidAbandoned()
                try await purse.settleOwed()
            },
            replicaChanged: {
                guard let keys = try? await ports.replica.codeKeys() else { return }
                verification.replaceKeys(keys)
            })
        lanes = (1...2).map { CampusLane(number: $0) }
    }

    private static var profile: PurseProfile {
        PurseProfile(
            name: "campus", application: .name(Student.applicationName), purchaseKeyIndex: 1,
            proof: .secureModule(factors: [.applicationSerial]), tender: .purse,
            load: PurseProfile.Load(keyIndex: 1, isPINNeeded: false))
    }

    /// How long a terminal that is level and sells nothing waits before it asks for changes again: far longer than the
    /// daemon does, because half of the time of a quiet run would go into asking.
    private static let pollInterval = Duration.seconds(1800)

    /// Whether the program runs and can still do something.
    var isAlive: Bool { !hasEnded && !disk.isDead }

    func end() { hasEnded = true }

    /// Keeps terminal and hub level until the program ends, as the daemon's service does.
    func keepLevel(_ timeline: Timeline, random: SeededRandom, alarm: @SimulationActor (Int) -> Void) async {
        var random = random
        var machine = SyncMachine()
        var action = machine.receive(.awake)
        while isAlive {
            switch action {
            case .rest:
                (failure, isLevel) = (nil, true)
                await timeline.rest(bell, atMost: Self.pollInterval)
                isLevel = false
                action = machine.receive(.awake)
            case .backOff(let attempt, let atLeast):
                let longest = 1000 << min(attempt, 6)
                await timeline.rest(bell, atMost: atLeast + random.milliseconds(in: longest / 2...longest))
                action = machine.receive(.awake)
            case .pause(let pause):
                await timeline.rest(bell, atMost: pause)
                action = machine.receive(.awake)
            case .none: action = machine.receive(.awake)
            case .register, .deliver, .fetchChanges:
                let event = await sync.perform(action)
                if case .failed(let failure) = event, isAlive {
                    self.failure = failure
                    if failure.isAlarm { alarm(failure.number) }
                }
                action = machine.receive(event)
            }
        }
    }
}
