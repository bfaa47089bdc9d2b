import HubProtocol
import Logging
import Payments
import Simulation
import Synchronization
import Terminal
import Testing

@Suite("A policy that is not understood is told to people")
struct PolicyWatchTests {
    /// A ledger that has nothing but a policy that it cannot read, or none.
    private final class Ledger: PolicyLedger {
        let unread = Mutex<UInt64?>(nil)

        func policy(at now: UnixTime) async throws(LedgerError) -> CampusPolicy? { nil }
        func policyNotUnderstood() async throws(LedgerError) -> UInt64? { unread.withLock { $0 } }
        func pinVerifier(of account: AccountID) async throws(LedgerError) -> AccountTermsMessage.PIN? { nil }
        func account(of card: CardID) async throws(LedgerError) -> AccountID? { nil }
        func view(of account: AccountID?, at now: UnixTime) async throws(LedgerError) -> LedgerView { LedgerView() }
    }

    /// Keeps what it is told, and fails when it is told to.
    private final class Desk: StandingDesk {
        let told = Mutex<[TerminalStanding]>([])
        let failure = Mutex<HubError?>(nil)

        func report(_ standing: TerminalStanding) async throws(HubError) -> StandingAnswer {
            if let failure = failure.withLock({ $0 }) { throw failure }
            told.withLock { $0.append(standing) }
            return StandingAnswer(hubTimeMilliseconds: 0)
        }
    }

    private let ledger = Ledger()
    private let desk = Desk()
    private let watch: PolicyWatch

    init() {
        let clock = TrustedClock(clock: ManualClock(wallTime: UnixTime(seconds: 1_788_220_800)))
        watch = PolicyWatch(
            ledger: ledger, desk: desk, clock: clock, version: "1.0",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private var told: [UInt64?] { desk.told.withLock { $0.map(\.policyNotUnderstood) } }

    @Test("the hub is told once after the start, and once for each change")
    func once() async throws {
        for _ in 0..<3 { try await watch.look() }
        #expect(told == [nil])
        ledger.unread.withLock { $0 = 7 }
        for _ in 0..<3 { try await watch.look() }
        ledger.unread.withLock { $0 = nil }
        for _ in 0..<3 { try await watch.look() }
        #expect(told == [nil, 7, nil])
        let versions = desk.told.withLock { Set($0.map(\.version)) }
        #expect(versions == ["1.0"])
    }

    @Test("a hub that does not hear it is told again; one of an earlier version is left alone")
    func failures() async throws {
        ledger.unread.withLock { $0 = 7 }
        desk.failure.withLock { $0 = HubError(.unreachable) }
        for _ in 0..<2 { await #expect(throws: HubError(.unreachable)) { try await watch.look() } }
        desk.failure.withLock { $0 = nil }
        try await watch.look()
        #expect(told == [7])
        ledger.unread.withLock { $0 = 8 }
        desk.failure.withLock { $0 = HubError(.refusedOtherwise(status: 404)) }
        for _ in 0..<2 { try await watch.look() }
        #expect(told == [7])
    }
}
