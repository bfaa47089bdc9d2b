import HubProtocol
import Payments

/// A registered journal as the store has it.
package struct JournalState: Sendable, Hashable {
    /// The store's own key of the row.
    package var row: Int64
    package var terminal: TerminalID
    package var journal: JournalID
    /// Ed25519 public key, 32 bytes.
    package var publicKey: [UInt8]
    package var acknowledged: Acknowledgement
}
