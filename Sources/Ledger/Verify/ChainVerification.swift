import GRDB
import HubProtocol
import Payments
import Terminal

/// Recomputes a journal from its first record on, in steps, and collects what is wrong.
struct ChainVerification {
    /// After this many findings the journal is wrong enough.
    private static let findingsLimit = 100

    let name: JournalName
    private var hash: JournalHash
    private var sequence: UInt64 = 0
    private var records = 0
    private var approvedCount = 0
    private var approvedAmount = Amount.zero
    private var redeemedCount = 0
    private var entryCount = 0
    /// Records that move an account's money.
    var useCount = 0
    private var findings: [String] = []
    /// Transactions that are recorded as unknown and not resolved, by trace number.
    private var unknown: [UInt64: JournalRecord.Sale] = [:]

    init(name: JournalName) {
        self.name = name
        hash = name.genesis
    }

    var result: JournalVerification {
        JournalVerification(
            records: records, approvedCount: approvedCount, approvedAmount: approvedAmount, findings: findings)
    }

    /// Checks the next records.
    ///
    /// - Returns: whether there may be more.
    mutating func step(_ database: Database, limit: Int) throws -> Bool {
        let rows: [ArchivedRecord]
        do {
            rows = try JournalTable.records(database, of: name, after: sequence, limit: limit)
        } catch let error as LedgerError where error.code == .damaged {
            return try stepOver(database, error)
        }
        for row in rows { try check(row, database) }
        return rows.count == limit
    }

    /// A row that is no record: goes on, one by one, up to it and after it.
    private mutating func stepOver(_ database: Database, _ error: LedgerError) throws -> Bool {
        if let row = try? JournalTable.records(database, of: name, after: sequence, limit: 1).first {
            try check(row, database)
            return true
        }
        let statement = try PreparedStatement(
            database, "SELECT sequence, hash FROM journal WHERE sequence > ? ORDER BY sequence LIMIT 1")
        try statement.bind(1, Int64(sequence))
        let next = try statement.first { (UInt64(clamping: $0.integer(0)), JournalHash(bytes: $0.bytes(1))) }
        guard let next else { return false }
        note("record \(next.0) is not readable")
        sequence = next.0
        hash = next.1 ?? hash
        return true
    }

    private mutating func check(_ row: ArchivedRecord, _ database: Database) throws {
        let record = row.record
        if record.sequence != sequence + 1 {
            note("records \(sequence + 1) to \(record.sequence - 1) are missing")
        }
        if hash.following(record) != row.hash { note("the hash of record \(record.sequence) does not follow") }
        // The chain goes on from the stored hash, so that one edit is one finding.
        hash = row.hash
        sequence = record.sequence
        records += 1
        let expected = record.posting?.entries ?? []
        if let amount = record.soldAmount {
            approvedCount += 1
            approvedAmount += amount
        }
        checkResolution(record)
        try checkCorrection(record, database)
        try checkUse(record, database)
        let stored = try StoredEntry.all(database, of: record.sequence)
        entryCount += stored.count
        if stored.reduce(0, { $0 &+ $1.amount }) != 0 {
            note("the entries of record \(record.sequence) do not sum to zero")
        }
        if stored != expected.map(StoredEntry.init) {
            note("the entries of record \(record.sequence) are not those of its posting")
        }
        if let reference = record.redeemedCode {
            redeemedCount += 1
            if try ReplicaTables.redemption(database, reference) != record.sequence {
                note("the payment code of record \(record.sequence) is not marked as used by it")
            }
        }
    }

    private mutating func checkResolution(_ record: JournalRecord) {
        switch record.outcome {
        case .approved, .declined, .voided: break
        case .unknown: unknown[record.transaction.trace.number] = record.sale
        case .resolved(let resolution):
            guard let subject = unknown.removeValue(forKey: resolution.subject.trace.number), let sale = record.sale
            else { return note("record \(record.sequence) resolves what was not unknown, or was resolved before") }
            if !sale.movesSameMoney(as: subject) {
                note("record \(record.sequence) resolves a transaction with other money")
            }
        }
    }

    /// Compares the sums with the file's other tables and with what the running ledger holds.
    mutating func finish(_ database: Database, known: KnownState) throws {
        let row = try StateRow(database)
        if row != known.standing.row { note("the state row is not what the running ledger last stored") }
        if sequence != row.head.sequence || hash != row.head.hash {
            note("the journal ends with record \(sequence), and not as the state row says")
        }
        if try JournalTable.hash(database, of: name, at: row.acknowledged.sequence) != row.acknowledged.hash {
            note("the record that the hub acknowledged last is another one now")
        }
        let unsent = try UnsentTotals(database, after: row.acknowledged.sequence, through: row.head.sequence)
        if unsent != known.standing.unsent { note("the running totals of unsent records are wrong") }
        if try Int.fetchOne(database, sql: "SELECT count(*) FROM entry") != entryCount {
            note("there are entries without a record")
        }
        if try Int.fetchOne(database, sql: "SELECT count(*) FROM code_redemption") != redeemedCount {
            note("there are used payment codes without a record")
        }
        try checkNumbers(database, row: row, numbers: known.numbers)
        try checkIntents(database, known)
        try checkReferences(database)
        try checkUseCount(database)
        for problem in try String.fetchAll(database, sql: "PRAGMA integrity_check(10)") where problem != "ok" {
            note("SQLite's integrity check failed")
        }
    }

    private mutating func checkNumbers(_ database: Database, row: StateRow, numbers: TraceNumbers) throws {
        if row.reservedThrough != numbers.reservedThrough || row.reservedThrough < numbers.last {
            note("trace numbers were given out beyond the reservation")
        }
        let highest = try Int64.fetchOne(database, sql: "SELECT coalesce(max(trace), 0) FROM journal") ?? 0
        if highest > Int64(numbers.last) { note("a record has a trace number that was never given out") }
        let accounted = UInt64(records) + UInt64(numbers.open.count)
        if accounted != numbers.last {
            note("\(numbers.last) trace numbers were given out and \(accounted) are accounted for")
        }
    }

    /// An intent is of a transaction that is unknown, or of a number that is still open; both ways round.
    private mutating func checkIntents(_ database: Database, _ known: KnownState) throws {
        let intended = known.standing.intended
        if !intended.isSubset(of: known.numbers.open) { note("an intent waits for a number that is not open") }
        let traces = try CardIntentTable.traces(database)
        if Set(traces) != intended.union(unknown.keys) {
            note("the intents are not those of the transactions that are open or unknown")
        }
        for trace in traces {
            do throws(any Error) {
                let intent = try CardIntentTable.intent(database, name.transaction(trace))
                if let intent, let sale = unknown[trace], !sale.movesSameMoney(as: intent.sale) {
                    note("the intent of number \(trace) is about other money than its record")
                }
            } catch let error as LedgerError where error.code == .damaged {
                note("the intent of number \(trace) is not readable")
            }
        }
    }

    mutating func note(_ finding: String) {
        if findings.count < Self.findingsLimit { findings.append(finding) }
    }
}
