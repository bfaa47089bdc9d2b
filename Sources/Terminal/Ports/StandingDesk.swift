import HubProtocol
import Payments

/// Where the terminal tells what it has of the hub's documents.
package protocol StandingDesk: Sendable {
    /// Tells it. The hub keeps the newest.
    func report(_ standing: TerminalStanding) async throws(HubError) -> StandingAnswer
}
