import HubProtocol
import Ledger
import Payments
import Terminal

/// The ledger's key as the sync service uses it.
struct JournalKeySigner: CheckpointSigner {
    let key: JournalKey

    var publicKey: [UInt8] { key.publicKey }

    func checkpoint(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash
    ) throws -> Checkpoint {
        try key.checkpoint(terminal: terminal, journal: journal, sequence: sequence, hash: hash)
    }
}
