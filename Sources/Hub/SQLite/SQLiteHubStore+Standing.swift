import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func noteStanding(_ standing: TerminalStanding, of terminal: TerminalID, now: UnixTime) async throws {
        try await write { db in
            if let version = standing.policyNotUnderstood {
                let inForce = standing.policy.map { "version \($0)" } ?? "the terminal's configuration"
                try ExceptionTable.raise(
                    HubException(
                        .policyNotUnderstood, subject: terminal.text,
                        text: "terminal \(terminal) (\(standing.version ?? "unknown program")) cannot read version "
                            + "\(version) of the policy and goes on with \(inForce)",
                        terminal: terminal), now: now, db)
            } else {
                try ExceptionTable.close(
                    .policyNotUnderstood, subject: terminal.text,
                    note: "the terminal reads the newest policy", now: now, db)
            }
            try Self.storeContact(terminal, now: now, db)
        }
    }
}
