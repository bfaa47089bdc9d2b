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
    /// The run of the terminal's program that registers.
    package var session: TerminalSession?
    /// The newest record that the terminal has.
    package var head: Acknowledgement?

    package init(
        journal: JournalID, publicKey: [UInt8], session: TerminalSession? = nil, head: Acknowledgement? = nil
    ) {
        self.journal = journal
        self.session = session
        self.head = head
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
    /// With a registration: the public half of the hub's signing key, 64 hexadecimal digits, which the terminal pins.
    package var hubKey: String?
    /// With a batch that leaves a backlog: how many records a second the hub wants from this terminal.
    package var recordsPerSecond: Int?
    package var hubTimeMilliseconds: Int64

    package init(acknowledged: Acknowledgement, hubKey: HubVerifyingKey? = nil, hubTime: UnixTime) {
        self.acknowledged = acknowledged
        self.hubKey = hubKey?.text
        hubTimeMilliseconds = hubTime.milliseconds
    }
}

/// `POST /v1/batches`: consecutive records and the signed checkpoint after the last of them.
package struct BatchUpload: Codable, Sendable, Hashable {
    /// One to ``HubProtocolLimits/batchRecords`` records in order of their sequence numbers, without gaps.
    package var records: [RecordMessage]
    package var checkpoint: Checkpoint
    /// The run of the terminal's program that sends.
    package var session: TerminalSession?
    /// Records that the terminal has beyond this batch.
    package var backlog: UInt64?

    package init(
        records: [RecordMessage], checkpoint: Checkpoint, session: TerminalSession? = nil, backlog: UInt64? = nil
    ) {
        self.records = records
        self.session = session
        self.backlog = backlog
        self.checkpoint = checkpoint
    }
}
