import Crypto
import HubProtocol
import Payments

/// A checkpoint signed with a key that nobody keeps.
enum JournalKeyFixture {
    static func checkpoint(hash: JournalHash) throws -> Checkpoint {
        try Checkpoint(
            terminal: Campus.terminal, journal: Campus.journal, sequence: 1, hash: hash,
            key: Curve25519.Signing.PrivateKey())
    }
}
