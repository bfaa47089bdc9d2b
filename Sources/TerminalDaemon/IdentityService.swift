import Certificates
import HubProtocol
import Logging
import Payments
import ServiceLifecycle
import Synchronization
import Terminal
import Uplink

/// Keeps the terminal's certificate: takes over what `tilld enrol` wrote, and renews it in time.
///
/// A terminal whose certificate is missing, broken or refused goes on selling under its offline policy; the sync
/// service
/// raises the alarm, and this service looks for a new file until there is one.
final class IdentityService: Service {
    private struct State {
        var version: TerminalIdentityFile.Version?
        var identity: TerminalIdentity?
        var schedule: RenewalSchedule?
        var failures = 0
        /// Since boot.
        var lastFailure = Duration.zero
        var problem: CertificateError.Code?
    }

    /// How often the file is looked at: one `stat`.
    private static let period = Duration.seconds(2)

    private let file: TerminalIdentityFile
    private let terminal: TerminalID
    private let gateway: HTTPHubGateway
    private let clock: TrustedClock
    private let changed: @Sendable () -> Void
    private let logger: Logger
    private let state = Mutex(State())
    private let bell = WakeSignal()

    /// - Parameter changed: called when the terminal has another certificate.
    init(
        file: TerminalIdentityFile, terminal: TerminalID, gateway: HTTPHubGateway, clock: TrustedClock,
        changed: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.file = file
        self.terminal = terminal
        self.gateway = gateway
        self.clock = clock
        self.changed = changed
        self.logger = logger
    }

    func run() async throws {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            reload()
            if waitForRenewal() == .zero { await renew() }
            let pause = min(max(waitForRenewal(), .milliseconds(50)), Self.period)
            await cancelWhenGracefulShutdown { await self.bell.wait(atMost: pause) }
        }
    }

    /// Uses what the file holds, if that is new. Blocks on the disk for a moment.
    func reload() {
        let version = file.version
        let isKnown = state.withLock { state in
            state.version == version && (state.identity != nil || state.problem != nil)
        }
        guard !isKnown else { return }
        do throws(CertificateError) {
            guard let identity = try file.read(terminal: terminal) else {
                throw CertificateError(.notEnrolled)
            }
            try take(identity, version)
            changed()
        } catch {
            let isNews = state.withLock { state in
                defer {
                    state.version = version
                    state.problem = error.code
                }
                return state.problem != error.code
            }
            if isNews { logger.critical("certificate: \(error)") }
        }
    }

    private func take(
        _ identity: TerminalIdentity, _ version: TerminalIdentityFile.Version?
    ) throws(CertificateError) {
        try gateway.use(identity)
        let certificate = identity.certificate
        let schedule = RenewalSchedule(
            issued: certificate.issued, expires: certificate.expires, jitter: .random(in: 0...1))
        state.withLock {
            $0 = State(version: version, identity: identity, schedule: schedule)
        }
        let end = CalendarTime(certificate.expires).utcText
        logger.notice(
            "certificate \(certificate.serial.text.prefix(8))… in use, expires \(end)"
        )
    }

    private func waitForRenewal() -> Duration {
        let (now, uptime) = (clock.now(), clock.uptime())
        return state.withLock { state in
            state.schedule?.wait(now: now, failures: state.failures, sinceFailure: uptime - state.lastFailure)
                ?? Self.period
        }
    }

    private func renew() async {
        guard let old = state.withLock({ $0.identity }) else { return }
        do {
            let key = IdentityKey()
            let request = RenewalRequest(
                certificateRequest: try CertificateRequest(for: key, terminal: terminal).pem)
            let answer = try await gateway.renew(request)
            let new = try TerminalIdentity(
                key: key, answer: answer.certificate, root: old.root, terminal: terminal)
            // On the disk before it is used: a power cut after this line starts with the new pair, one before it with
            // the old one, and the hub takes either.
            try file.renew(old, with: new)
            try take(new, file.version)
        } catch {
            let uptime = clock.uptime()
            let failures = state.withLock { state in
                state.failures += 1
                state.lastFailure = uptime
                return state.failures
            }
            let text = (error as? any StableError)?.description ?? "E9001: \(type(of: error))"
            if failures == 1 { logger.warning("the certificate was not renewed, trying again: \(text)") }
        }
    }
}
