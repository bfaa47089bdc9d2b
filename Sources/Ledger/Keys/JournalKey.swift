import Crypto
import Glibc
import HubProtocol
import Payments
import Terminal

/// The Ed25519 key that signs a journal's checkpoints. It is made once, beside the journal, and the hub keeps the
/// first public key that a journal registers.
///
/// The file holds the 32 private bytes as 64 hexadecimal digits and a line feed, readable by its owner only.
package struct JournalKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: Curve25519.Signing.PrivateKey

    /// 32 bytes, for the registration at the hub.
    package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// Nothing of the key.
    package var description: String { "JournalKey" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// - Throws: ``LedgerError/Code/cannotOpen`` when there is no key, it is not a key, or others may read it.
    package static func load(_ path: String) throws(LedgerError) -> JournalKey {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw LedgerError(.cannotOpen, detail: "the checkpoint key cannot be found, errno \(errno)")
        }
        guard information.st_mode & 0o077 == 0 else {
            throw LedgerError(.cannotOpen, detail: "the checkpoint key can be read by others than its owner")
        }
        let text = String(decoding: try FileSystem.head(of: path, count: 66), as: UTF8.self)
        guard text.utf8.count == 65, text.hasSuffix("\n"), let bytes = Hex.decode(text.dropLast()),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw LedgerError(.cannotOpen, detail: "the checkpoint key file holds something else") }
        return JournalKey(key: key)
    }

    /// The key at `path`; makes one when there is none.
    package static func loadOrCreate(_ path: String) throws(LedgerError) -> JournalKey {
        if try FileSystem.exists(path) { return try load(path) }
        let key = Curve25519.Signing.PrivateKey()
        try FileSystem.writePrivate(Array((Hex.encode(key.rawRepresentation) + "\n").utf8), to: path)
        return JournalKey(key: key)
    }

    /// Signs that `journal` ends, or ended, with the record at `sequence`.
    ///
    /// - Throws: only when the key cannot sign, which is a defect.
    package func checkpoint(
        terminal: TerminalID, journal: JournalID, sequence: UInt64, hash: JournalHash
    ) throws -> Checkpoint {
        try Checkpoint(terminal: terminal, journal: journal, sequence: sequence, hash: hash, key: key)
    }
}
