import Crypto
import HubProtocol
import Payments
import Terminal

/// Signs checkpoints with a key in memory.
package struct SimulatedCheckpointSigner: CheckpointSigner {
    private let key: Curve25519.Signing.PrivateKey

    package init(key: Curve25519.Signing.PrivateKey = Curve25519.Signing.PrivateKey()) { self.key = key }

    package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    package func checkpoint(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash
    ) throws -> Checkpoint {
        try Checkpoint(terminal: terminal, journal: journal, sequence: sequence, hash: hash, key: key)
    }
}
