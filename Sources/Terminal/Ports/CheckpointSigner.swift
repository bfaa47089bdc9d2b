import HubProtocol
import Payments

/// Signs checkpoints with the terminal's journal key; the key itself stays with the ledger.
package protocol CheckpointSigner: Sendable {
    /// Ed25519, 32 bytes.
    var publicKey: [UInt8] { get }

    /// The signed word that `journal` ends, or ended, with the record at `sequence`.
    func checkpoint(terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash) throws -> Checkpoint
}
