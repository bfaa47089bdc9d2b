import Payments

/// Limits that both ends keep.
package enum HubProtocolLimits {
    /// Most records in one batch. One record is about 450 bytes of JSON, so a full batch stays under a quarter of
    /// ``bodyBytes``.
    package static let batchRecords = 500
    /// Most changes in one page of the feed; one change is under 250 bytes.
    package static let pageChanges = 2000
    /// Largest request or answer body in bytes.
    package static let bodyBytes = 1 << 20
}

/// `POST /v1/journals`: names the terminal's journal and the key that signs its checkpoints. The first key under a
/// terminal's credentials is kept; another one is refused (``HubRefusal/journalUnknown``).
package struct JournalRegistration: Codable, Sendable, Hashable {
    package var journal: JournalID
    /// Ed25519 public key, 64 hexadecimal digits.
    package var publicKey: String

    package init(journal: JournalID, publicKey: [UInt8]) {
        self.journal = journal
        self.publicKey = Hex.encode(publicKey)
    }
}

/// How far the hub has the journal, durably. It never goes back (promise 12).
package struct Acknowledgement: Codable, Sendable, Hashable {
    /// Every record up to this sequence number is stored; 0 when none is.
    package var sequence: UInt64
    /// Hash after that record.
    package var hash: JournalHash

    package init(sequence: UInt64, hash: JournalHash) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// The answer to a registration or a batch.
package struct AcknowledgementMessage: Codable, Sendable, Hashable {
    package var acknowledged: Acknowledgement
    package var hubTimeMilliseconds: Int64

    package init(acknowledged: Acknowledgement, hubTime: UnixTime) {
        self.acknowledged = acknowledged
        hubTimeMilliseconds = hubTime.milliseconds
    }
}

/// `POST /v1/batches`: consecutive records and the signed checkpoint after the last of them.
package struct BatchUpload: Codable, Sendable, Hashable {
    /// One to ``HubProtocolLimits/batchRecords`` records in order of their sequence numbers, without gaps.
    package var records: [RecordMessage]
    package var checkpoint: Checkpoint

    package init(records: [RecordMessage], checkpoint: Checkpoint) {
        self.records = records
        self.checkpoint = checkpoint
    }
}
