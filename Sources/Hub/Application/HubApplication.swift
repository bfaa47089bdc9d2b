import Certificates
import HubProtocol
import Hummingbird
import Logging
import NIOCore
import Payments
import ServiceLifecycle

/// A whole hub: store, terminal interface, operator interface. Runs as a service until it is told to stop.
package final class HubApplication: Service {
    package let store: any HubStore
    private let configuration: HubConfiguration
    private let codes: CodeDesk
    private let hubKey: HubVerifyingKey
    private let clock: any HubClock
    private let random: any HubRandom
    private let peers: any OperatorPeers
    private let logger: Logger
    private let enrolment: EnrolmentDesk
    private let port = Readiness<Int>()
    private let tlsPort = Readiness<Int>()
    private let socket = Readiness<Void>()

    /// Opens the store and reads the keys. Blocks on the disk for a moment; nothing listens yet.
    ///
    /// - Parameters:
    ///   - codeIssuer: makes the signer of payment codes from the hub's key; `nil` for a hub that issues none.
    /// - Throws: ``HubStoreError``, ``IssuerKeyError``, ``HubSigningKeyError``, ``PurseKeyError``.
    package static func open(
        _ configuration: HubConfiguration, codeIssuer: ((IssuerKey) throws -> any PaymentCodeIssuer)?,
        clock: any HubClock = SystemHubClock(), random: any HubRandom = SystemHubRandom(),
        peers: any OperatorPeers = SocketPeers(), logger: Logger
    ) async throws -> HubApplication {
        guard !configuration.servesPlain || TLSListener.isLoopback(configuration.host) else {
            throw PlainListenerError(.notLoopback)
        }
        let purses = try PurseRules(
            reading: configuration.purse, timeZoneOffsetSeconds: configuration.timeZoneOffsetSeconds)
        let store = try SQLiteHubStore(
            path: configuration.databasePath, purses: purses, calendar: configuration.calendar,
            hotListHistory: configuration.hotListHistory)
        do {
            try await store.beginFeedEpoch(random: random.number())
            let key = try IssuerKeyFile.loadOrCreate(path: configuration.codeKeyPath, now: clock.now())
            try await store.publish(codeKey: key.message)
            let signingKey = try HubSigningKeyFile.loadOrCreate(path: configuration.signingKeyPath)
            try await store.adopt(signingKey: signingKey)
            let authority = try AuthorityFile.loadOrCreate(
                path: configuration.authorityPath, now: clock.now(), random: { random.bytes(count: $0) })
            return HubApplication(
                configuration: configuration, store: store, issuer: try codeIssuer?(key),
                hubKey: signingKey.verifyingKey, authority: authority, clock: clock, random: random, peers: peers,
                logger: logger)
        } catch {
            try await store.close()
            throw error
        }
    }

    private init(
        configuration: HubConfiguration, store: any HubStore, issuer: (any PaymentCodeIssuer)?,
        hubKey: HubVerifyingKey, authority: CertificateAuthority, clock: any HubClock, random: any HubRandom,
        peers: any OperatorPeers, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.hubKey = hubKey
        self.clock = clock
        self.random = random
        self.peers = peers
        self.logger = logger
        codes = CodeDesk(store: store, issuer: issuer, random: random)
        enrolment = EnrolmentDesk(
            store: store, authority: authority, random: random,
            certificateLifetime: configuration.certificateLifetime)
    }

    /// Serves until graceful shutdown, then closes the store. Requests under way are answered first.
    package func run() async throws {
        do {
            try OperatorSocket.prepare(path: configuration.operatorSocketPath)
        } catch {
            settle(error)
            try await store.close()
            throw error
        }
        let result: Result<Void, any Error>
        do {
            var services: [any Service] = []
            if configuration.servesPlain { services.append(terminalInterface()) }
            if let tls = configuration.tls { services.append(try encryptedInterface(tls)) }
            services += [operatorInterface(), dayCloser()] as [any Service]
            let group = ServiceGroup(configuration: .init(services: services, logger: logger))
            result = .success(try await group.run())
            settle(HubStopped())
        } catch {
            result = .failure(error)
            settle(error)
        }
        OperatorSocket.remove(path: configuration.operatorSocketPath)
        try await store.close()
        try result.get()
    }

    /// The port on which terminals are served, as soon as it is bound.
    package func boundPort() async throws -> Int { try await port.value() }

    /// The port on which terminals are served over TLS, as soon as it is bound.
    package func boundTLSPort() async throws -> Int { try await tlsPort.value() }

    /// Returns when the operator's socket is there.
    package func operatorReady() async throws { try await socket.value() }

    /// Closes a hub that was opened and not run.
    package func close() async throws { try await store.close() }

    /// The terminals' interface.
    package func terminalInterface() -> Application<RouterResponder<HubContext>> {
        Application(
            router: router(terminalRoutes),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "till-hub"),
            onServerRunning: { [port] channel in
                let bound = channel.localAddress?.port
                port.settle(bound.map { .success($0) } ?? .failure(HubStopped()))
            }, logger: logger)
    }

    /// The terminals' interface over TLS. The certificate is made here, for a new key.
    package func encryptedInterface(_ tls: TLSListener) throws -> Application<RouterResponder<HubContext>> {
        let identity = try enrolment.authority.serverIdentity(
            names: tls.names, serial: CertificateSerial(random: random.bytes(count: CertificateSerial.length)))
        return Application(
            router: router(terminalRoutes, isEncrypted: true),
            server: try TerminalTLS.server(identity, root: enrolment.authority.root),
            configuration: .init(address: .hostname(tls.host, port: tls.port), serverName: "till-hub"),
            onServerRunning: { [tlsPort] channel in
                let bound = channel.localAddress?.port
                tlsPort.settle(bound.map { .success($0) } ?? .failure(HubStopped()))
            }, logger: logger)
    }

    /// The operator's interface.
    package func operatorInterface() -> Application<RouterResponder<HubContext>> {
        let path = configuration.operatorSocketPath
        let group = configuration.operatorGroup
        return Application(
            router: router(operatorRoutes),
            configuration: .init(address: .unixDomainSocket(path: path), serverName: "till-hub"),
            onServerRunning: { [socket] _ in
                socket.settle(Result { try OperatorSocket.restrict(path: path, group: group) })
            }, logger: logger)
    }

    /// Both interfaces without a socket.
    package func inProcess() -> InProcessHub {
        InProcessHub(
            terminals: router(terminalRoutes).buildResponder(), operators: router(operatorRoutes).buildResponder(),
            logger: logger)
    }

    /// All routes of both interfaces, for the documents.
    package var routes: [Route] { terminalRoutes + operatorRoutes }

    private var terminalRoutes: [Route] {
        let rules = HoldRules(
            unprovenCards: configuration.unprovenCardsOnline, lifetime: configuration.holds.lifetime)
        return TerminalRoutes(
            store: store, rules: rules, hubKey: hubKey, backlogRate: configuration.backlogRecordsPerSecond
        ).table + identityRoutes.terminalTable
    }

    private var operatorRoutes: [Route] {
        OperatorRoutes(
            store: store, codes: codes, registrar: TerminalRegistrar(store: store, random: random),
            campus: configuration.campus, timeZoneOffsetSeconds: configuration.timeZoneOffsetSeconds
        ).table + identityRoutes.operatorTable
    }

    private func dayCloser() -> DayCloser {
        DayCloser(store: store, grace: configuration.businessDay.grace, clock: clock, logger: logger)
    }

    private var identityRoutes: IdentityRoutes { IdentityRoutes(store: store, desk: enrolment) }

    private func router(_ routes: [Route], isEncrypted: Bool = false) -> Router<HubContext> {
        HubRouter(
            routes: routes, authenticator: TerminalAuthenticator(store: store), clock: clock, peers: peers,
            isEncrypted: isEncrypted
        ).build()
    }

    private func settle(_ error: any Error) {
        port.settle(.failure(error))
        tlsPort.settle(.failure(error))
        socket.settle(.failure(error))
    }
}

/// The hub stopped before it was ready.
package struct HubStopped: StableError {
    package var number: Int { 4191 }
    package var message: String { "the hub stopped" }
}
