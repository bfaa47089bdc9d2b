import HubProtocol
import Ledger
import Payments
import Terminal

/// The ledger's key as the sync service uses it.
package struct JournalKeySigner: CheckpointSigner {
    private let key: JournalKey

    /// - Parameter key: of the ledger.
    package init(key: JournalKey) { self.key = key }

    package var publicKey: [UInt8] { key.publicKey }

    package func checkpoint(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash
    ) throws -> Checkpoint {
        try key.checkpoint(terminal: terminal, journal: journal, sequence: sequence, hash: hash)
    }
}
