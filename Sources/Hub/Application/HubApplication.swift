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
    private let clock: any HubClock
    private let random: any HubRandom
    private let peers: any OperatorPeers
    private let logger: Logger
    private let port = Readiness<Int>()
    private let socket = Readiness<Void>()

    /// Opens the store and reads the keys. Blocks on the disk for a moment; nothing listens yet.
    ///
    /// - Parameters:
    ///   - codeIssuer: makes the signer of payment codes from the hub's key; `nil` for a hub that issues none.
    /// - Throws: ``HubStoreError``, ``IssuerKeyError``, ``PurseKeyError``.
    package static func open(
        _ configuration: HubConfiguration, codeIssuer: ((IssuerKey) throws -> any PaymentCodeIssuer)?,
        clock: any HubClock = SystemHubClock(), random: any HubRandom = SystemHubRandom(),
        peers: any OperatorPeers = SocketPeers(), logger: Logger
    ) async throws -> HubApplication {
        let purses = try PurseRules(
            reading: configuration.purse, timeZoneOffsetSeconds: configuration.timeZoneOffsetSeconds)
        let store = try SQLiteHubStore(
            path: configuration.databasePath, purses: purses, calendar: configuration.calendar)
        do {
            let key = try IssuerKeyFile.loadOrCreate(path: configuration.codeKeyPath, now: clock.now())
            try await store.publish(codeKey: key.message)
            return HubApplication(
                configuration: configuration, store: store, issuer: try codeIssuer?(key), clock: clock, random: random,
                peers: peers, logger: logger)
        } catch {
            try await store.close()
            throw error
        }
    }

    private init(
        configuration: HubConfiguration, store: any HubStore, issuer: (any PaymentCodeIssuer)?, clock: any HubClock,
        random: any HubRandom, peers: any OperatorPeers, logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.clock = clock
        self.random = random
        self.peers = peers
        self.logger = logger
        codes = CodeDesk(store: store, issuer: issuer, random: random)
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
            let group = ServiceGroup(
                configuration: .init(services: [terminalInterface(), operatorInterface(), dayCloser()], logger: logger))
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

    /// All routes of both interfaces, for the documents.
    package var routes: [Route] { terminalRoutes + operatorRoutes }

    private var terminalRoutes: [Route] {
        let rules = HoldRules(
            unprovenCards: configuration.unprovenCardsOnline, lifetime: configuration.holds.lifetime)
        return TerminalRoutes(store: store, rules: rules).table
    }

    private var operatorRoutes: [Route] {
        OperatorRoutes(
            store: store, codes: codes, registrar: TerminalRegistrar(store: store, random: random),
            campus: configuration.campus, timeZoneOffsetSeconds: configuration.timeZoneOffsetSeconds
        ).table
    }

    private func dayCloser() -> DayCloser {
        DayCloser(store: store, grace: configuration.businessDay.grace, clock: clock, logger: logger)
    }

    private func router(_ routes: [Route]) -> Router<HubContext> {
        HubRouter(
            routes: routes, authenticator: TerminalAuthenticator(store: store), clock: clock, peers: peers
        ).build()
    }

    private func settle(_ error: any Error) {
        port.settle(.failure(error))
        socket.settle(.failure(error))
    }
}

/// The hub stopped before it was ready.
package struct HubStopped: StableError {
    package var number: Int { 4191 }
    package var message: String { "the hub stopped" }
}
