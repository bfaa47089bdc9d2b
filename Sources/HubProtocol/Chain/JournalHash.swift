import Crypto
import Payments

/// A link of the journal's hash chain: 32 bytes of SHA-256; text is 64 upper-case hexadecimal digits.
package struct JournalHash: TextIdentifier, CustomStringConvertible {
    /// Exactly 32 bytes.
    package let bytes: [UInt8]

    /// `nil` unless exactly 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    package init?(text: String) {
        guard text.utf8.count == 64, let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
        self.bytes = bytes
    }

    private init(_ digest: SHA256.Digest) { bytes = Array(digest) }

    package var text: String { Hex.encode(bytes) }
    package var description: String { "\(text.prefix(12))…" }

    /// The hash before the first record: a journal's chain starts from its own name, so that records cannot be moved
    /// to another journal.
    package static func genesis(terminal: TerminalID, journal: JournalID) -> JournalHash {
        JournalHash(SHA256.hash(data: Array("campus-till journal v1 genesis".utf8) + terminal.bytes + journal.bytes))
    }

    /// The hash after `record`, SHA-256 over domain text, this hash and the record's canonical bytes.
    package func following(_ record: JournalRecord) -> JournalHash { following(canonicalBytes: record.canonicalBytes) }

    /// The hash after the record whose canonical bytes are given.
    package func following(canonicalBytes: [UInt8]) -> JournalHash {
        var hasher = SHA256()
        hasher.update(data: Array("campus-till journal v1 record".utf8))
        hasher.update(data: bytes)
        hasher.update(data: canonicalBytes)
        return JournalHash(hasher.finalize())
    }
}
