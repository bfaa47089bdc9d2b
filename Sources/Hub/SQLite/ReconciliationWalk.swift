import Foundation
import GRDB
import HubProtocol
import Payments

/// Compares one business day inside a transaction, and lists what differs.
struct ReconciliationWalk {
    let day: BusinessDay
    let terminal: TerminalID?
    let calendar: BusinessCalendar
    let now: UnixTime
    let db: Database
    /// Exceptions that are part of the report, in the order in which they were found.
    private(set) var found: [Int64] = []

    /// Two like sales of one payer within this time are shown to a person: as long as a second tap by mistake takes.
    static let repeatedWithinMilliseconds: Int64 = 120_000
    /// Postings that happened in the day, whenever they were posted.
    private static let postings = """
        SELECT d.posting_id, d.late_day FROM posting_day d WHERE d.day = :day AND d.late_day IS NULL
        UNION ALL SELECT d.posting_id, d.late_day FROM posting_day d WHERE d.late_day = :day
        """
    /// What posting `p` moved: a sale that two purses paid, or a refund to both, is one posting with three entries.
    private static let moved = """
        (SELECT sum(e.amount_fen) FROM entry e WHERE e.posting_id = p.id AND e.amount_fen > 0)
        """

    init(day: BusinessDay, terminal: TerminalID?, calendar: BusinessCalendar, now: UnixTime, _ db: Database) {
        self.day = day
        self.terminal = terminal
        self.calendar = calendar
        self.now = now
        self.db = db
    }

    // MARK: Sums

    /// Each terminal's day.
    func terminals(_ claims: [TerminalClaim]) throws -> [TerminalDay] {
        var days: [TerminalID: TerminalDay] = [:]
        for row in try db.rows("SELECT id, name FROM terminal") {
            let id: TerminalID = try row.identifier("id")
            days[id] = TerminalDay(terminal: id, name: try row.text("name"))
        }
        for row in try rows(
            """
            SELECT substr(transaction_id, 1, 6) AS terminal, sum(1 - is_correction) AS postings,
                sum(CASE WHEN is_correction THEN 0 ELSE fen END) AS posted,
                sum(recorded IS NOT NULL AND NOT is_correction) AS records,
                coalesce(sum(CASE WHEN is_correction THEN 0 ELSE recorded END), 0) AS recorded,
                sum(is_correction) AS corrections, sum(CASE WHEN is_correction THEN fen ELSE 0 END) AS corrected,
                sum(is_purse) AS purses, sum(CASE WHEN is_purse THEN fen ELSE 0 END) AS purse_fen,
                sum(is_proven) AS proven, count(late_day) AS late
            FROM (SELECT p.transaction_id, line.late_day, r.amount_fen AS recorded, \(Self.moved) AS fen,
                    p.kind IN ('refund', 'void') AS is_correction,
                    p.kind IN ('pursePurchase', 'purseLoad') AS is_purse, t.proof IS 'genuine' AS is_proven
                FROM (\(Self.postings)) AS line JOIN posting p ON p.id = line.posting_id
                LEFT JOIN record r ON r.transaction_id = p.transaction_id
                LEFT JOIN purse_transaction t ON t.transaction_id = p.transaction_id
                WHERE p.transaction_id IS NOT NULL) GROUP BY 1
            """)
        {
            guard let id = TerminalID(text: Hex.encode(try row.bytes("terminal"))) else { continue }
            var line = days[id] ?? TerminalDay(terminal: id, name: "")
            (line.postingCount, line.postingFen) = (try row.integer("postings"), try row.integer("posted"))
            (line.recordCount, line.recordFen) = (try row.integer("records"), try row.integer("recorded"))
            (line.correctionCount, line.correctionFen) = (try row.integer("corrections"), try row.integer("corrected"))
            (line.purseCount, line.purseFen) = (try row.integer("purses"), try row.integer("purse_fen"))
            (line.provenCount, line.lateCount) = (try row.integer("proven"), try row.integer("late"))
            days[id] = line
        }
        for claim in claims {
            days[claim.terminal]?.claimedCount = claim.count
            days[claim.terminal]?.claimedFen = claim.fen
        }
        return days.values.filter { terminal == nil || $0.terminal == terminal }
            .sorted { $0.terminal.text < $1.terminal.text }
    }

    // MARK: Differences

    mutating func findDifferences(
        _ terminals: [TerminalDay], _ claims: [TerminalClaim], contacts: [TerminalID: UnixTime]
    ) throws {
        for claim in claims where terminal == nil || claim.terminal == terminal {
            try compare(claim, terminals.first { $0.terminal == claim.terminal })
        }
        try findSilentTerminals(contacts)
        try findUnpostedRecords()
        try findUnansweredHolds()
        try findRepeatedSales()
        try collectOpen()
    }

    /// The terminal's own word against what the hub has.
    private mutating func compare(_ claim: TerminalClaim, _ line: TerminalDay?) throws {
        guard
            let row = try db.row(
                "SELECT id, sequence FROM journal WHERE terminal = ? AND journal = ?",
                [claim.terminal.text, claim.journal.text])
        else {
            return try raise(
                HubException(
                    .journalUnknown, subject: "\(claim.terminal)/\(claim.journal)",
                    text: "terminal \(claim.terminal) shows journal \(claim.journal), which never came here",
                    terminal: claim.terminal))
        }
        let have = try row.unsigned("sequence")
        if claim.sequence > have {
            var missing = HubException(
                .recordsMissing, subject: "\(claim.terminal)/\(claim.journal)/\(claim.sequence)",
                text: "the terminal has \(claim.sequence) records, \(have) came", terminal: claim.terminal)
            missing.amount = claim.unsentFen.map { Amount(fen: $0) }
            try raise(missing)
        } else if let hash = claim.hash,
            let stored = try db.row(
                "SELECT hash FROM record WHERE journal_id = ? AND sequence = ?",
                [try row.integer("id"), Int64(claim.sequence)]),
            try stored.journalHash("hash") != hash
        {
            try raise(
                HubException(
                    .contentChanged, subject: "\(claim.terminal)/\(claim.journal)",
                    text: "record \(claim.sequence) of the terminal is another than the hub's", terminal: claim.terminal
                ))
        }
        if let line { try compareTotals(claim, line) }
    }

    /// Sums of the day, if the terminal said any.
    private mutating func compareTotals(_ claim: TerminalClaim, _ line: TerminalDay) throws {
        guard let count = claim.count, let fen = claim.fen else { return }
        let corrections = (claim.correctionCount ?? line.correctionCount, claim.correctionFen ?? line.correctionFen)
        guard
            (count, fen) != (line.recordCount, line.recordFen)
                || corrections != (line.correctionCount, line.correctionFen)
        else { return }
        func text(_ sales: (Int64, Int64), _ corrections: (Int64, Int64)) -> String {
            "\(sales.0) sales over \(Amount(fen: sales.1)) and \(corrections.0) refunds and voids over "
                + "\(Amount(fen: corrections.1))"
        }
        var differs = HubException(
            .totalsDiffer, subject: "\(claim.terminal)/\(day)",
            text: "the terminal says \(text((count, fen), corrections)) on \(day), its records here say "
                + text((line.recordCount, line.recordFen), (line.correctionCount, line.correctionFen)),
            terminal: claim.terminal)
        differs.amount = Amount(fen: fen - corrections.1 - line.recordFen + line.correctionFen)
        try raise(differs)
    }

    /// Records against postings.
    private mutating func findUnpostedRecords() throws {
        let first = try firstRow("record", "received_at", since: calendar.start(of: day))
        for row in try db.rows(
            """
            SELECT r.transaction_id, r.amount_fen FROM record r
            LEFT JOIN posting p ON p.transaction_id = r.transaction_id
            WHERE r.id >= ? AND r.outcome = 'approved' AND p.id IS NULL
            """, [first])
        {
            var finding = HubException(
                .recordNotPosted, transaction: try row.transaction("transaction_id"),
                text: "an approved record is not posted")
            finding.amount = try row.amount("amount_fen")
            try raise(finding)
        }
        for row in try rows(
            """
            SELECT p.transaction_id, \(Self.moved) - r.amount_fen AS difference
            FROM (\(Self.postings)) AS line JOIN posting p ON p.id = line.posting_id
            JOIN record r ON r.transaction_id = p.transaction_id WHERE difference <> 0
            """)
        {
            var finding = HubException(
                .postingDiffers, transaction: try row.transaction("transaction_id"),
                text: "record and posting have different amounts")
            finding.amount = try row.amount("difference")
            try raise(finding)
        }
    }

    /// Holds of the day whose terminal never said what became of them.
    private mutating func findUnansweredHolds() throws {
        let (start, end) = (calendar.start(of: day), calendar.end(of: day))
        guard now >= end else { return }
        let first = try firstRow("hold", "created_at", since: start)
        for row in try db.rows(
            """
            SELECT h.transaction_id, h.amount_fen FROM hold h LEFT JOIN record r ON r.transaction_id = h.transaction_id
            WHERE h.id >= ? AND h.created_at >= ? AND h.created_at < ? AND h.state IN ('held', 'expired')
                AND r.id IS NULL
            """, [first, start.milliseconds, end.milliseconds])
        {
            var finding = HubException(
                .recordsMissing, transaction: try row.transaction("transaction_id"),
                text: "the terminal reserved money on \(day), and no record says what became of it")
            finding.amount = try row.amount("amount_fen")
            try raise(finding)
        }
    }

    /// One payer, one merchant, one amount, twice within moments.
    private mutating func findRepeatedSales() throws {
        for row in try rows(
            """
            SELECT * FROM (SELECT transaction_id, occurred_at, amount_fen,
                    lag(transaction_id) OVER same AS earlier, lag(occurred_at) OVER same AS earlier_at
                FROM (SELECT p.id, p.transaction_id, p.occurred_at, got.book_id AS merchant, got.amount_fen,
                        (SELECT CASE WHEN b.name LIKE 'subsidy:%' THEN 'cardholder:' || substr(b.name, 9)
                            ELSE b.name END FROM entry paid JOIN book b ON b.id = paid.book_id
                         WHERE paid.posting_id = p.id AND paid.amount_fen < 0 LIMIT 1) AS payer
                    FROM (\(Self.postings)) AS line JOIN posting p ON p.id = line.posting_id
                    JOIN entry got ON got.posting_id = p.id AND got.amount_fen > 0
                    WHERE p.kind IN ('purchase', 'pursePurchase') AND NOT EXISTS (SELECT 1 FROM record back
                        JOIN posting v ON v.transaction_id = back.transaction_id
                        WHERE back.corrects = p.transaction_id AND v.kind = 'void'))
                WHERE payer <> 'suspense'
                WINDOW same AS (PARTITION BY payer, merchant, amount_fen ORDER BY occurred_at, id))
            WHERE occurred_at - earlier_at < \(Self.repeatedWithinMilliseconds)
            """)
        {
            let earlier = try row.transaction("earlier")
            var finding = HubException(
                .saleRepeated, transaction: try row.transaction("transaction_id"),
                text: "the same payer, merchant and amount as transaction \(earlier), "
                    + "\((try row.integer("occurred_at") - row.integer("earlier_at")) / 1000) s later")
            finding.amount = try row.amount("amount_fen")
            try raise(finding)
        }
    }

    /// What is open about the day, and about cards now.
    private mutating func collectOpen() throws {
        let late = "%/\(day)"
        for row in try rows(
            """
            SELECT x.id FROM exception x LEFT JOIN posting p ON p.transaction_id = x.transaction_id
            WHERE x.closed_at IS NULL AND (p.id IN (SELECT posting_id FROM (\(Self.postings)))
                OR (x.kind = 'recordsLate' AND x.subject LIKE '\(late)')
                OR x.kind IN ('purseDrift', 'purseRecordMissing', 'purseForked', 'purseContradicted',
                    'outcomeUndetermined', 'contentChanged', 'gap', 'journalUnknown'))
            ORDER BY x.id
            """)
        {
            let id = try row.integer("id")
            if !found.contains(id) { found.append(id) }
        }
    }

    func differences() throws -> [Difference] {
        try found.prefix(HubLimits.pageItems).map { try WorkList.summary($0, db) }
            .filter { terminal == nil || $0.terminal == terminal }.map(Difference.init)
    }

    // MARK: Parts

    /// Lists a finding, unless a person resolved the same one before.
    mutating func raise(_ finding: HubException) throws {
        if let terminal, finding.terminal != terminal { return }
        let newest = "SELECT id, closed_at FROM exception WHERE kind = ? AND subject = ? ORDER BY id DESC LIMIT 1"
        let key: StatementArguments = [finding.kind.rawValue, finding.subject]
        if let known = try db.row(newest, key) {
            let id = try known.integer("id")
            if !found.contains(id) { found.append(id) }
            return
        }
        try ExceptionTable.raise(finding, now: now, db)
        if let raised = try db.row(newest, key) { found.append(try raised.integer("id")) }
    }

    private func rows(_ sql: String) throws -> [Row] {
        try Row.fetchAll(db.cachedStatement(sql: sql), arguments: ["day": day.number])
    }

    /// The first row that was written at or after `time`. Rows are written in order of time, so a search by halves
    /// finds it without an index; a clock that was set back only makes the search start earlier or later by as much.
    private func firstRow(_ table: String, _ column: String, since time: UnixTime) throws -> Int64 {
        var (low, high) = (Int64(0), try db.integer("SELECT max(id) FROM \(table)") + 1)
        while low + 1 < high {
            let middle = (low + high) / 2
            let row = try db.row("SELECT \(column) AS at FROM \(table) WHERE id >= ? ORDER BY id LIMIT 1", [middle])
            if let row, try row.time("at") < time { low = middle } else { high = middle }
        }
        return high
    }
}
