import HubProtocol
import Payments

/// One journal record for people; the card is masked.
package struct JournalLineMessage: Codable, Sendable, Hashable {
    package var sequence: UInt64
    package var trace: TraceNumber
    package var transaction: TransactionID
    package var timeMilliseconds: Int64
    /// approved, declined or voided.
    package var outcome: String
    package var reason: DeclineMessage?
    package var amountFen: Int64?
    /// `refund` or `void`, when the record corrects a sale.
    package var correction: CorrectionOrderMessage.Kind?
    /// The corrected sale.
    package var corrects: TransactionID?
    /// The part of the amount that is the subsidy purse's; absent when that is nothing.
    package var subsidyFen: Int64?
    /// `card …0030` or `code`.
    package var payer: String?
    package var merchant: MerchantID?
    package var lane: LaneID?
    package var decidedBy: String?
    package var acknowledged: Bool
    package var hash: String

    package init(
        sequence: UInt64, trace: TraceNumber, transaction: TransactionID, timeMilliseconds: Int64, outcome: String,
        reason: DeclineMessage?, amountFen: Int64?, payer: String?, merchant: MerchantID?, lane: LaneID?,
        decidedBy: String?, acknowledged: Bool, hash: String
    ) {
        self.sequence = sequence
        self.trace = trace
        self.transaction = transaction
        self.timeMilliseconds = timeMilliseconds
        self.outcome = outcome
        self.reason = reason
        self.amountFen = amountFen
        self.payer = payer
        self.merchant = merchant
        self.lane = lane
        self.decidedBy = decidedBy
        self.acknowledged = acknowledged
        self.hash = hash
    }
}

/// `GET /v1/journal?after=SEQUENCE&limit=N`: a page of the journal, oldest first.
package struct JournalPageMessage: Codable, Sendable, Hashable {
    package var records: [JournalLineMessage]

    package init(records: [JournalLineMessage]) { self.records = records }
}

/// `POST /v1/journal/verify`: the result of checking every record.
package struct VerificationMessage: Codable, Sendable, Hashable {
    package var sound: Bool
    package var records: Int
    package var approvedCount: Int
    package var approvedFen: Int64
    package var hash: String
    package var findings: [String]

    package init(
        sound: Bool, records: Int, approvedCount: Int, approvedFen: Int64, hash: String, findings: [String]
    ) {
        self.sound = sound
        self.records = records
        self.approvedCount = approvedCount
        self.approvedFen = approvedFen
        self.hash = hash
        self.findings = findings
    }
}

/// `POST /v1/sync`: what a forced sync came to.
package struct SyncMessage: Codable, Sendable, Hashable {
    /// Whether terminal and hub are level.
    package var level: Bool
    package var failure: String?
    package var unsentCount: Int
    package var acknowledged: UInt64

    package init(level: Bool, failure: String?, unsentCount: Int, acknowledged: UInt64) {
        self.level = level
        self.failure = failure
        self.unsentCount = unsentCount
        self.acknowledged = acknowledged
    }
}

/// `GET /v1/journal/export?after=SEQUENCE&limit=N`: whole records with their hashes, for auditors and the hub's
/// reconciliation. It names cards: treat the file as confidential.
package struct JournalExportMessage: Codable, Sendable, Hashable {
    /// A record and the hash after it.
    package struct Record: Codable, Sendable, Hashable {
        package var record: RecordMessage
        package var hash: JournalHash

        package init(record: RecordMessage, hash: JournalHash) {
            self.record = record
            self.hash = hash
        }
    }

    package var terminal: TerminalID
    package var journal: JournalID
    package var records: [Record]

    package init(terminal: TerminalID, journal: JournalID, records: [Record]) {
        self.terminal = terminal
        self.journal = journal
        self.records = records
    }
}
