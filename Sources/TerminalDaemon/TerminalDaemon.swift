import Certificates
import Control
import Devices
import Glibc
import HubProtocol
import Ledger
import Logging
import Payments
import ServiceHost
import ServiceLifecycle
import UnixSignals
import SmartCards
import Terminal
import Uplink

extension JournalKey: CheckpointSigner {}

/// Puts the terminal together from its configuration and runs it until it is told to stop.
package struct TerminalDaemon {
    private let configuration: DaemonConfiguration
    private let logger: Logger

    package init(configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT. Sales under way are finished and stored before it returns.
    ///
    /// - Throws: a ``Payments/StableError`` when something that the daemon cannot do without is missing.
    package func run() async throws {
        // First of all: what is wrong with a key file is said before anything is made.
        let profiles = try configuration.resolvedCardProfiles()
        let clock = TrustedClock(clock: SystemClock(), boot: SystemClock.boot())
        let ledger = try openLedger(clock)
        if let key = configuration.hub.signingKey { try await ledger.replace(hubKey: key) }
        let gateway = try hubGateway()
        let codes = CodeVerification(lifetimeMaximum: configuration.codeLifetimeMaximum, logger: logger)
        codes.replaceKeys(try await ledger.codeKeys())
        let monitor = PCSCReaderMonitor(notice: { [logger] in logger.warning("\($0)") })
        // Before the lanes: the first that asks for a reader gets it, and a lane's pattern may fit this slot too.
        let secureModule = try secureModule(monitor)
        let relay = SyncRelay()
        let authorizer = Authorizer(policy: configuration.offline, timeZoneOffset: configuration.timeZoneOffset)
        let authorization = AuthorizationService(
            journal: ledger, policies: ledger, hub: gateway, clock: clock, authorizer: authorizer,
            merchant: configuration.merchant,
            hubBudget: configuration.hub.budget, selectionSeed: .random(in: .min ... .max), recorded: { relay.wake() })
        let purse = PurseService(
            journal: ledger, hub: gateway, authorizer: authorizer, clock: clock, merchant: configuration.merchant,
            deliver: { await relay.deliver() }, abandon: { authorization.abandon($0) }, recorded: { relay.wake() })
        let steps = SyncSteps(
            queue: ledger, replica: ledger, keys: ledger, hub: gateway, clock: clock, signer: ledger.key,
            settleOwed: { () async throws(LedgerError) in
                try await authorization.voidAbandoned()
                try await purse.settleOwed()
            },
            replicaChanged: { [logger] in
                do throws(LedgerError) {
                    codes.replaceKeys(try await ledger.codeKeys())
                } catch {
                    logger.error("payment-code keys: \(error)")
                }
            },
            policies: PolicyWatch(
                ledger: ledger, desk: gateway, clock: clock, version: TerminalVersion.text, logger: logger))
        let sync = SyncService(
            steps: steps, pollInterval: configuration.hub.pollInterval,
            retryDelay: { failures in
                var generator = SystemRandomNumberGenerator()
                return Backoff().delay(after: failures, using: &generator)
            }, logger: logger)
        relay.connect(sync)
        let lanes = try openLanes(
            profiles, monitor: monitor, clock: clock, secureModule: secureModule, codes: codes,
            authorization: authorization, purse: purse)
        let core = TerminalCore(
            facts: facts(secureModule), lanes: lanes, queue: ledger, archive: ledger,
            corrections: CorrectionService(
                journal: ledger, numbers: ledger, clock: clock, rules: configuration.corrections,
                abandon: { authorization.abandon($0) }, recorded: { relay.wake() }),
            sync: sync, clock: clock,
            inspection: CardInspection(
                profiles: profiles, terminal: configuration.terminal, clock: clock,
                timeZoneOffset: configuration.timeZoneOffset),
            secureModule: office(secureModule),
            policy: PolicyDesk(
                ledger: ledger, clock: clock,
                bootstrap: CampusPolicy(
                    bootstrap: configuration.offline, timeZoneOffset: configuration.timeZoneOffset),
                merchant: configuration.merchant), readers: readers(monitor))
        try await serve(
            core, secureModule: secureModule as? PSAMSecureModule, identity: identity(gateway, clock, sync))
        await monitor.close()
        await gateway.shutdown()
        try await ledger.close()
        logger.notice("stopped; the journal is closed")
    }

    private func serve(
        _ core: TerminalCore, secureModule: PSAMSecureModule?, identity: IdentityService?
    ) async throws {
        let notification = ServiceNotification()
        let control = ControlServer(core: core, socketPath: configuration.controlSocket, logger: logger) { [logger] in
            notification.ready()
            logger.notice("ready: terminal \(core.facts.terminal), \(core.lanes.count) lane(s)")
        }
        var services: [any Service] = [control, core.sync]
        if let identity { services.append(identity) }
        if let secureModule { services.append(SecureModuleService(module: secureModule)) }
        services.append(LanesService(lanes: core.lanes))
        if let watchdog = WatchdogInterval() {
            services.append(
                WatchdogService(notification: notification, interval: watchdog.interval) { await core.look() })
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Below TimeoutStopSec= of the unit, so that the daemon ends by itself and closes its journal.
        group.maximumGracefulShutdownDuration = .seconds(15)
        try await ServiceGroup(configuration: group).run()
        notification.stopping()
    }

    // MARK: - Parts

    private func openLedger(_ clock: TrustedClock) throws(LedgerError) -> SQLiteLedger {
        let folder = configuration.stateDirectory
        let ledger = try SQLiteLedger.open(
            path: folder + "/journal.sqlite", keyPath: folder + "/journal.key", terminal: configuration.terminal,
            reservationWindow: UInt64(2 * configuration.lanes.count), clock: clock
        ) { JournalID(number: .random(in: .min ... .max)) }
        return ledger
    }

    private func hubGateway() throws -> HTTPHubGateway {
        if configuration.hub.address.isEncrypted {
            return HTTPHubGateway(
                address: configuration.hub.address, userAgent: "tilld/\(TerminalVersion.text)")
        }
        let credential = try Credentials().secret(
            named: configuration.hub.secretCredential, orFile: configuration.hub.secretFile)
        guard let secret = TerminalSecret(hex: credential.text ?? "") else {
            throw DaemonError(.terminalSecretMalformed)
        }
        return HTTPHubGateway(
            address: configuration.hub.address, terminal: configuration.terminal, secret: secret,
            userAgent: "tilld/\(TerminalVersion.text)")
    }

    /// What keeps the terminal's certificate, where it has one. Its file is read here, so that the first payment finds
    /// the connection ready.
    private func identity(_ gateway: HTTPHubGateway, _ clock: TrustedClock, _ sync: SyncService) -> IdentityService? {
        guard configuration.hub.address.isEncrypted else { return nil }
        let service = IdentityService(
            file: TerminalIdentityFile(path: configuration.identityFile), terminal: configuration.terminal,
            gateway: gateway, clock: clock, changed: { sync.wake() }, logger: logger)
        service.reload()
        return service
    }

    private func secureModule(_ monitor: PCSCReaderMonitor) throws -> (any SecureModule)? {
        switch configuration.secureModule {
        case .none: return nil
        case .soft(let keyFile):
            let text = try Credentials().secret(named: "lab-master-key", orFile: keyFile).text ?? ""
            guard let key = DESKey(hex: text), key.isDouble else {
                throw DaemonError(.labKeyMalformed)
            }
            logger.critical(
                "SOFT SECURE MODULE: the campus keys are in this process. For the lab only, never for money.")
            return try LabSecureModule(
                masterKey: key, serialFile: configuration.stateDirectory + "/lab-secure-module.serial")
        case .psam(let reader, let application, let maximum):
            return SecureModuleSlot.open(
                PSAMSettings(
                    terminal: configuration.terminal, profile: SecureModuleProfile(application: application),
                    wrongMAC2Maximum: maximum),
                reader: reader, monitor: monitor, stateDirectory: configuration.stateDirectory, logger: logger)
        }
    }

    private func openLanes(
        _ profiles: [CardProfile], monitor: PCSCReaderMonitor, clock: TrustedClock,
        secureModule: (any SecureModule)?, codes: CodeVerification, authorization: AuthorizationService,
        purse: PurseService
    ) throws -> [Lane] {
        let presentation = CardPresentation(
            profiles: profiles, terminal: configuration.terminal, secureModule: secureModule, purse: purse,
            clock: clock, timeZoneOffset: configuration.timeZoneOffset, windows: configuration.serviceWindows)
        for overlap in ReaderOverlap.find(configuration.lanes) { logger.warning("\(overlap)") }
        let ports = LanePorts(
            present: { await presentation.present($0, for: $1, lane: $2, awaiting: $3) }, verify: { codes.verify($0) },
            authorization: authorization, clock: clock)
        return try configuration.lanes.map { lane in
            let reader = lane.reader.map {
                PCSCCardReader(name: $0.description, matching: $0, monitor: monitor)
            }
            let scanner = try lane.scanner.map {
                try SerialCodeScanner(name: $0.device, path: $0.device, speed: $0.speed)
            }
            return Lane(
                id: lane.id, reader: reader, scanner: scanner, ports: ports, armedFor: lane.armedFor, logger: logger)
        }
    }

    private func office(_ module: (any SecureModule)?) -> SecureModuleOffice {
        guard let psam = module as? PSAMSecureModule else { return SecureModuleOffice(module: module) }
        return SecureModuleOffice(module: psam) { what throws(SecureModuleError) in
            switch what {
            case .wrongMAC2: try await psam.reset(.wrongMAC2Count)
            case .terminalSerial: try await psam.reset(.terminalSerial)
            }
        }
    }

    private func readers(_ monitor: PCSCReaderMonitor) -> @Sendable () -> [ReaderFacts] {
        let lanes = Dictionary(
            configuration.lanes.compactMap { lane in lane.reader.map { ($0.description, lane.id.text) } },
            uniquingKeysWith: { first, _ in first })
        return { ReaderFacts.of(monitor.inventory(), lanes: lanes) }
    }

    private func facts(_ secureModule: (any SecureModule)?) -> TerminalFacts {
        TerminalFacts(
            terminal: configuration.terminal, merchant: configuration.merchant, hubURL: configuration.hub.address.text,
            secureModule: secureModule.map { $0.isSoft ? "soft" : "psam" } ?? "none",
            version: TerminalVersion.text, processID: getpid())
    }
}

/// The version that programs print.
package enum TerminalVersion {
    package static let text = "0.1.0"
}
