import HubProtocol
import Logging
import Payments
import Synchronization

/// Sees to it that people learn of a policy that this terminal cannot read, here and at the card office.
package final class PolicyWatch: Sendable {
    private let ledger: any PolicyLedger
    private let desk: any StandingDesk
    private let clock: TrustedClock
    private let version: String
    private let logger: Logger
    /// What the hub was told last, by this run of the program.
    private let told = Mutex<TerminalStanding?>(nil)

    /// - Parameter version: of this program.
    package init(
        ledger: any PolicyLedger, desk: any StandingDesk, clock: TrustedClock, version: String, logger: Logger
    ) {
        self.ledger = ledger
        self.desk = desk
        self.clock = clock
        self.version = version
        self.logger = logger
    }

    /// Called whenever terminal and hub are level; tells the hub what has changed since it was told.
    package func look() async throws {
        let standing = TerminalStanding(
            policy: try await ledger.policy(at: clock.now())?.version,
            policyNotUnderstood: try await ledger.policyNotUnderstood(), version: version)
        let before = told.withLock { $0 }
        guard standing != before else { return }
        log(standing, before: before)
        try await report(standing)
        told.withLock { $0 = standing }
    }

    private func report(_ standing: TerminalStanding) async throws(HubError) {
        do throws(HubError) {
            _ = try await desk.report(standing)
        } catch  where error.code == .refusedOtherwise(status: 404) {
            // A hub of an earlier version does not ask for it.
        }
    }

    private func log(_ standing: TerminalStanding, before: TerminalStanding?) {
        if let version = standing.policyNotUnderstood {
            guard version != before?.policyNotUnderstood else { return }
            let error = LedgerError(.policyNotUnderstood, detail: "version \(version)")
            logger.critical("E\(error.number): \(error.message)")
        } else if before?.policyNotUnderstood != nil {
            logger.notice("the newest policy is understood")
        }
    }
}
