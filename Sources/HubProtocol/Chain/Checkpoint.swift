import Crypto
import Payments

/// The terminal's signed word that its journal ends, or ended, with this record (promise 5). Every batch carries one.
package struct Checkpoint: Sendable, Hashable, Codable {
    package var terminal: TerminalID
    package var journal: JournalID
    /// Sequence number of the last record covered; 0 for an empty journal.
    package var sequence: UInt64
    /// Hash after that record.
    package var hash: JournalHash
    /// Ed25519 signature (RFC 8032) over ``signedBytes``: 128 hexadecimal digits.
    package var signature: String

    /// - Throws: only when the key cannot sign, which is a defect.
    package init(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash,
        key: Curve25519.Signing.PrivateKey
    ) throws {
        self.terminal = terminal
        self.journal = journal
        self.sequence = sequence
        self.hash = hash
        signature = ""
        signature = Hex.encode(try key.signature(for: signedBytes))
    }

    /// What is signed: a domain text, terminal (6 bytes), journal (4), sequence (8), hash (32).
    package var signedBytes: [UInt8] {
        Array("campus-till checkpoint v1".utf8) + terminal.bytes + journal.bytes
            + sequence.bigEndianBytes(count: 8) + hash.bytes
    }

    /// Whether `key` made the signature.
    package func isSigned(by key: Curve25519.Signing.PublicKey) -> Bool {
        guard let bytes = Hex.decode(signature) else { return false }
        return key.isValidSignature(bytes, for: signedBytes)
    }
}
