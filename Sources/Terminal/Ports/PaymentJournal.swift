import HubProtocol
import Payments

/// What a concluded transaction left behind. When the lane holds one, it is on disk (promise 1).
package struct ConcludedTransaction: Sendable, Hashable {
    package var record: JournalRecord
    package var decision: Decision
    /// What is left for the payer, as far as the terminal knows; `nil` when nothing is known.
    package var available: Amount?
    /// How long the durable commit took, for the tap's timing.
    package var commitTime: Duration

    package init(record: JournalRecord, decision: Decision, available: Amount?, commitTime: Duration) {
        self.record = record
        self.decision = decision
        self.available = available
        self.commitTime = commitTime
    }
}

/// The terminal's journal as the lanes use it. Every call that returns has its effect on disk.
package protocol PaymentJournal: Sendable {
    /// Gives out the next transaction id. Numbers are reserved ahead, so this costs no write as a rule, and a crash
    /// cannot give the same number out again (promise 2).
    func mint() async throws(LedgerError) -> TransactionID

    /// What the ledger knows about a payer now; used to refuse early and to tell the hub what is undelivered.
    func view(of instrument: Instrument) async throws(LedgerError) -> LedgerView

    /// Decides with `authorizer` on what the ledger knows inside the storing transaction, and stores the decision:
    /// record, entries, code redemption and the extended number reservation in one commit.
    ///
    /// - Parameters:
    ///   - hub: what the hub said within the budget.
    ///   - now: the terminal's trusted time.
    func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) async throws(LedgerError) -> ConcludedTransaction

    /// What must be known of a card before it is asked for its own money, in one look.
    func standing(of card: CardEvidence) async throws(LedgerError) -> CardStanding

    /// Stores what is about to be asked of a card's own money. From here on the transaction ends as approved, declined
    /// or unknown, also when the power goes: at the next opening an intent without a record becomes an unknown one.
    ///
    /// - Parameters:
    ///   - transaction: minted and open.
    ///   - sale: with the evidence that exists before the card is asked.
    ///   - reference: of the order that it serves.
    func intend(
        _ transaction: TransactionID, _ sale: JournalRecord.Sale, reference: SaleReference, now: UnixTime
    ) async throws(LedgerError)

    /// Stores how a transaction with a card's own money ended, in one commit with the end of its intent: approved,
    /// declined (with or without an intent before), unknown (which keeps the intent), or resolved.
    ///
    /// - Parameters:
    ///   - transaction: minted and open; for a resolution an id of its own.
    ///   - outcome: a resolution is refused with ``LedgerError/Code/transactionNotOpen`` unless its subject is recorded
    ///     as unknown and not resolved yet.
    func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, now: UnixTime
    ) async throws(LedgerError) -> StoredRecord

    /// Stores that a minted number will never be used.
    func void(_ transaction: TransactionID, now: UnixTime) async throws(LedgerError)
}

/// A record that is on disk.
package struct StoredRecord: Sendable, Hashable {
    package var record: JournalRecord
    /// How long the durable commit took, for the tap's timing.
    package var commitTime: Duration

    package init(record: JournalRecord, commitTime: Duration) {
        self.record = record
        self.commitTime = commitTime
    }
}

/// What the ledger knows of a card that may pay from its own purse.
package struct CardStanding: Sendable, Hashable {
    /// The card's transaction with its own money that is still open: stored as an intent, and its outcome not known.
    /// At most one per card, because the next one resolves it first.
    package var open: OpenCardTransaction?
    package var view: LedgerView

    package init(open: OpenCardTransaction?, view: LedgerView) {
        self.open = open
        self.view = view
    }
}

/// A transaction with a card's own money whose outcome is not known.
package struct OpenCardTransaction: Sendable, Hashable {
    package var transaction: TransactionID
    /// With the evidence that was stored before the card was asked.
    package var sale: JournalRecord.Sale
    /// Of the order that it served.
    package var reference: SaleReference
    package var intendedAt: UnixTime

    package init(
        transaction: TransactionID, sale: JournalRecord.Sale, reference: SaleReference, intendedAt: UnixTime
    ) {
        self.transaction = transaction
        self.sale = sale
        self.reference = reference
        self.intendedAt = intendedAt
    }
}

/// The journal seen by the sync service: what the hub does not have yet.
package protocol SendQueue: Sendable {
    /// Who writes this journal.
    var terminal: TerminalID { get }
    var journal: JournalID { get }
    /// This run of the program.
    var session: TerminalSession { get }

    /// The oldest records that the hub has not acknowledged, at most `limit`; `nil` when there are none.
    func unsent(limit: Int) async throws(LedgerError) -> UnsentRecords?

    /// Stores the hub's acknowledgement. One that does not match the journal's own hash is refused
    /// (``LedgerError/Code/acknowledgementMismatch``): the hub has another history than this terminal.
    func acknowledge(_ acknowledgement: Acknowledgement) async throws(LedgerError)

    /// Records after the one that the hub names, whether it acknowledged them or not; for a hub that lost some.
    ///
    /// - Throws: ``LedgerError/Code/acknowledgementMismatch`` when the journal has no such record.
    func records(after known: Acknowledgement, limit: Int) async throws(LedgerError) -> UnsentRecords?

    /// Stops giving out transaction ids, also after a restart: the hub has found a restored image or a second machine
    /// at this journal, and both could mint the same ids (promise 2).
    func contest(_ refusal: HubRefusal) async throws(LedgerError)

    /// The hub takes this journal again.
    func endContest() async throws(LedgerError)

    /// The figures that status, policy and alarms need.
    func figures() async throws(LedgerError) -> JournalFigures
}

/// Consecutive records and the hash after the last.
package struct UnsentRecords: Sendable, Hashable {
    package var records: [JournalRecord]
    package var hash: JournalHash

    package init(records: [JournalRecord], hash: JournalHash) {
        self.records = records
        self.hash = hash
    }
}

/// The journal in numbers.
package struct JournalFigures: Sendable, Hashable {
    /// Sequence number of the newest record; 0 when empty.
    package var sequence: UInt64
    package var hash: JournalHash
    package var acknowledged: UInt64
    /// Records that the hub does not have.
    package var unsentCount: Int
    /// Approved amount among them.
    package var unsentAmount: Amount
    /// Decision time of the oldest of them.
    package var oldestUnsent: UnixTime?
    /// The changes feed up to which the replica is current.
    package var replicaCursor: UInt64
    package var lastHubContact: UnixTime?
    package var accounts: Int
    package var hotListed: Int

    package init(
        sequence: UInt64, hash: JournalHash, acknowledged: UInt64, unsentCount: Int, unsentAmount: Amount,
        oldestUnsent: UnixTime?, replicaCursor: UInt64, lastHubContact: UnixTime?, accounts: Int, hotListed: Int
    ) {
        self.sequence = sequence
        self.hash = hash
        self.acknowledged = acknowledged
        self.unsentCount = unsentCount
        self.unsentAmount = unsentAmount
        self.oldestUnsent = oldestUnsent
        self.replicaCursor = replicaCursor
        self.lastHubContact = lastHubContact
        self.accounts = accounts
        self.hotListed = hotListed
    }
}

/// The terminal's copy of accounts, cards, hot list and code keys.
package protocol Replica: Sendable {
    /// The cursor after the last page applied.
    func cursor() async throws(LedgerError) -> UInt64

    /// Applies a page in one commit. A page that starts behind the cursor is ignored, so the replica never goes back
    /// (promise 9).
    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError)

    /// What to ask the hub for next.
    func nextFetch() async throws(LedgerError) -> ReplicaFetch

    /// Forgets what was fetched of a snapshot and begins anew. The replica that there is stays in force.
    func wantSnapshot() async throws(LedgerError)

    /// Puts a page of a snapshot aside. Other work goes first between small commits; no tap sees any of it.
    ///
    /// - Throws: ``LedgerError/Code/snapshotDoesNotFollow`` for another page than the one that was to be fetched.
    func stage(_ page: SnapshotPage, after position: String?) async throws(LedgerError)

    /// Applies changes to the snapshot that was put aside. The last ones that it needs put it in force, in one commit
    /// that a power cut leaves undone or done.
    func stage(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError)

    /// The keys whose payment codes may be accepted.
    func codeKeys() async throws(LedgerError) -> [CodeKeyMessage]
}

/// What a replica needs next from the hub.
package enum ReplicaFetch: Sendable, Hashable {
    /// Changes to the replica that is in force.
    case changes(after: UInt64)
    /// A page of a snapshot; `nil` is the first.
    case snapshot(after: String?)
    /// Changes to a snapshot that is fetched whole.
    case changesOfSnapshot(after: UInt64, through: UInt64)
}

/// Reading the journal for people and auditors.
package protocol JournalArchive: Sendable {
    /// Records after `sequence`, oldest first, at most `limit`, each with the hash after it.
    func records(after sequence: UInt64, limit: Int) async throws(LedgerError) -> [ArchivedRecord]

    /// Recomputes every hash, number and sum from the first record on.
    func verify() async throws(LedgerError) -> JournalVerification
}

/// A record with the hash that the journal stored for it.
package struct ArchivedRecord: Sendable, Hashable {
    package var record: JournalRecord
    package var hash: JournalHash

    package init(record: JournalRecord, hash: JournalHash) {
        self.record = record
        self.hash = hash
    }
}

/// The result of checking a journal from its first record on.
package struct JournalVerification: Sendable, Hashable {
    package var records: Int
    package var approvedCount: Int
    package var approvedAmount: Amount
    /// What is wrong, one sentence each; empty when the journal is sound.
    package var findings: [String]

    package init(records: Int, approvedCount: Int, approvedAmount: Amount, findings: [String]) {
        self.records = records
        self.approvedCount = approvedCount
        self.approvedAmount = approvedAmount
        self.findings = findings
    }
}
