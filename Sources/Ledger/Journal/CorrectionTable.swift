import GRDB
import HubProtocol
import Payments
import Terminal

/// Sales, what corrects them, and the references under which that was asked for.
enum CorrectionTable {
    static let lastOfLaneSQL = """
        SELECT sequence FROM journal j WHERE lane = ? AND outcome IN (1, 4) AND movement IN (1, 2, 3)
            AND (outcome = 1 OR NOT EXISTS (SELECT 1 FROM journal r
                WHERE r.subject = j.trace AND r.outcome = 5 AND r.verdict = 2))
        ORDER BY sequence DESC LIMIT 1
        """
    static let correctedSQL = """
        SELECT coalesce(sum(amount), 0), coalesce(sum(subsidy), 0) FROM journal WHERE corrects = ? AND outcome = 1
        """
    static let verdictSQL = "SELECT verdict FROM journal WHERE subject = ? AND outcome = 5"

    static func insert(_ reference: SaleReference, sequence: UInt64, into database: Database) throws {
        let statement = try PreparedStatement(database, "INSERT INTO correction (reference, sequence) VALUES (?, ?)")
        try statement.bind(1, reference.text)
        try statement.bind(2, Int64(sequence))
        try statement.execute()
    }

    /// The correction that was stored under a reference.
    static func find(
        _ database: Database, _ reference: SaleReference, in journal: JournalName
    ) throws -> StoredCorrection? {
        let statement = try PreparedStatement(database, "SELECT sequence FROM correction WHERE reference = ?")
        try statement.bind(1, reference.text)
        guard let sequence = try statement.first({ UInt64(clamping: $0.integer(0)) }) else { return nil }
        guard let record = try Self.record(database, at: sequence, in: journal),
            let subject = record.sale?.movement.corrects, let sale = try Self.sale(database, subject, in: journal)
        else { throw LedgerError(.damaged, detail: "correction row") }
        return StoredCorrection(
            reference: reference, record: record, sale: sale, corrected: try corrected(database, subject).amount,
            isRepeated: true)
    }

    /// The sale that an order names or means, with what was given back of it.
    static func subject(
        _ database: Database, of order: CorrectionOrder, in journal: JournalName
    ) throws -> CorrectableSale? {
        let found: JournalRecord?
        switch order {
        case .refund(let transaction, _), .void(_, sale: let transaction?):
            found = try sale(database, transaction, in: journal)
        case .void(let lane, sale: nil):
            found = try lastOfLane(database, lane).flatMap { try record(database, at: $0, in: journal) }
        }
        guard let found else { return nil }
        let corrected = try Self.corrected(database, found.transaction)
        let last = try found.sale.flatMap { try lastOfLane(database, $0.lane) }
        return CorrectableSale(
            record: found, verdict: try verdict(database, found), account: try payee(database, found),
            corrected: corrected.amount, correctedSubsidy: corrected.subsidy, isLastOfLane: last == found.sequence)
    }

    /// Whether the record's money moved, by its own word or by a later record's.
    static func verdict(_ database: Database, _ record: JournalRecord) throws -> Resolution.Verdict {
        guard record.outcome == .unknown else { return record.outcome == .approved ? .happened : .didNotHappen }
        let statement = try PreparedStatement(database, verdictSQL)
        try statement.bind(1, Int64(clamping: record.transaction.trace.number))
        let stored = try statement.first { Int($0.integer(0)) }
        return stored.flatMap(Resolution.Verdict.init(rawValue:)) ?? .undetermined
    }

    /// The account to which the record's money goes back: the one that paid, or the card's when its own purse paid.
    private static func payee(_ database: Database, _ record: JournalRecord) throws -> AccountID? {
        guard case .pursePurchase? = record.sale?.movement else { return record.sale?.account }
        return try record.sale?.payer.card.flatMap { try ReplicaTables.card(database, $0)?.account }
    }

    /// The record of a transaction of this journal.
    static func sale(
        _ database: Database, _ transaction: TransactionID, in journal: JournalName
    ) throws -> JournalRecord? {
        guard let trace = journal.trace(transaction) else { return nil }
        let statement = try PreparedStatement(database, "SELECT sequence FROM journal WHERE trace = ?")
        try statement.bind(1, Int64(clamping: trace))
        guard let sequence = try statement.first({ UInt64(clamping: $0.integer(0)) }) else { return nil }
        return try record(database, at: sequence, in: journal)
    }

    /// What was given back of a sale. Answered from the partial index `journal_correction` alone.
    static func corrected(_ database: Database, _ sale: TransactionID) throws -> (amount: Amount, subsidy: Amount) {
        let statement = try PreparedStatement(database, correctedSQL)
        try statement.bind(1, sale.bytes)
        let sums = try statement.first { (Amount(fen: $0.integer(0)), Amount(fen: $0.integer(1))) }
        return sums ?? (.zero, .zero)
    }

    /// The newest sale at a lane that was approved, or may have happened. Answered from the partial index
    /// `journal_lane` and, for unknown ones, `journal_resolution`.
    private static func lastOfLane(_ database: Database, _ lane: LaneID) throws -> UInt64? {
        let statement = try PreparedStatement(database, lastOfLaneSQL)
        try statement.bind(1, lane.text)
        return try statement.first { UInt64(clamping: $0.integer(0)) }
    }

    private static func record(
        _ database: Database, at sequence: UInt64, in journal: JournalName
    ) throws -> JournalRecord? {
        let found = try JournalTable.records(database, of: journal, after: sequence - 1, limit: 1).first?.record
        return found?.sequence == sequence ? found : nil
    }
}
