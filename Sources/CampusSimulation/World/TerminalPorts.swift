import HubProtocol
import Ledger
import Payments
import Terminal

/// The ports of a terminal's program, where a wrong build puts something else.
package struct TerminalPorts: Sendable {
    package var journal: any PaymentJournal
    package var queue: any SendQueue
    package var replica: any Replica
    package var corrections: any CorrectionJournal
    package var policies: any PolicyLedger
    package var signer: any CheckpointSigner
    package var hub: any HubGateway
    package var policy: OfflinePolicy
}
