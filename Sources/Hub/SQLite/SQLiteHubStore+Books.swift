import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func checkBooks() async throws -> BooksReport {
        try await read { db in
            var check = BooksCheck()
            try check.postings(db)
            try check.balances(db)
            try check.records(db)
            try check.corrections(db)
            try check.holds(db)
            try check.journals(db)
            try check.purses(db)
            try check.days(db)
            try check.office(db)
            return try check.report(db)
        }
    }
}

/// Recomputes the books and collects what is wrong.
struct BooksCheck {
    private var findings: [String] = []
    private var count = 0

    /// Every posting has two entries or more, and they sum to zero.
    mutating func postings(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT p.id, count(e.leg) AS legs, coalesce(sum(e.amount_fen), 0) AS sum
            FROM posting p LEFT JOIN entry e ON e.posting_id = p.id
            GROUP BY p.id HAVING legs < 2 OR sum <> 0
            """)
        {
            add(
                "posting \(try row.integer("id")) has \(try row.integer("legs")) entries that sum to "
                    + "\(try row.amount("sum"))")
        }
    }

    /// Every kept balance is the sum of its entries.
    mutating func balances(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT b.name, b.balance_fen, coalesce(s.sum, 0) AS sum FROM book b
            LEFT JOIN (SELECT book_id, sum(amount_fen) AS sum FROM entry GROUP BY book_id) s ON s.book_id = b.id
            WHERE b.balance_fen <> coalesce(s.sum, 0)
            """)
        {
            add(
                "book \(try row.text("name")) is kept at \(try row.amount("balance_fen")), its entries sum to "
                    + "\(try row.amount("sum"))")
        }
    }

    /// Every approved record has exactly one posting over its amount, and every purchase has its record.
    mutating func records(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT r.transaction_id, r.amount_fen, p.id AS posting,
                (SELECT sum(e.amount_fen) FROM entry e WHERE e.posting_id = p.id AND e.amount_fen > 0) AS posted
            FROM record r LEFT JOIN posting p ON p.transaction_id = r.transaction_id
            WHERE r.outcome = 'approved' AND (p.id IS NULL OR posted IS NOT r.amount_fen)
            """)
        {
            let transaction = try row.transaction("transaction_id")
            if row.optionalInteger("posting") == nil {
                add("approved transaction \(transaction) is not posted")
            } else {
                add("transaction \(transaction) is posted with another amount than its record's")
            }
        }
        for row in try db.rows(
            """
            SELECT p.id FROM posting p LEFT JOIN record r ON r.transaction_id = p.transaction_id
            WHERE p.kind IN ('purchase', 'refund', 'void') AND (r.id IS NULL OR r.outcome <> 'approved'
                OR (r.corrects IS NULL) <> (p.kind = 'purchase'))
            """)
        {
            add("posting \(try row.integer("id")) has no approved record of its kind")
        }
    }

    /// No hold is active after its record came, except those that wait for an unknown outcome.
    mutating func holds(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT h.transaction_id FROM hold h JOIN record r ON r.transaction_id = h.transaction_id
            LEFT JOIN purse_move m ON m.transaction_id = h.transaction_id
            WHERE h.state = 'held' AND m.state IS NOT 'unknown'
            """)
        {
            add("the hold of transaction \(try row.transaction("transaction_id")) is active after its record")
        }
    }

    /// Every journal's chain leads from its genesis to its head, without gaps, and its sums are right.
    mutating func journals(_ db: Database) throws {
        for row in try db.rows("SELECT * FROM journal ORDER BY id") {
            let journal = try JournalTable.state(row)
            let name = "journal \(journal.journal) of terminal \(journal.terminal)"
            var head = JournalHash.genesis(terminal: journal.terminal, journal: journal.journal)
            var sequence: UInt64 = 0
            var approvedCount: Int64 = 0
            var approved = Amount.zero
            let records = try Row.fetchCursor(
                db.cachedStatement(
                    sql: """
                        SELECT sequence, outcome, amount_fen, canonical, hash, corrects FROM record
                        WHERE journal_id = ? ORDER BY sequence
                        """), arguments: [journal.row])
            while let record = try records.next() {
                sequence += 1
                head = head.following(canonicalBytes: try record.bytes("canonical"))
                guard try record.unsigned("sequence") == sequence, try record.journalHash("hash") == head else {
                    add("\(name) breaks at record \(sequence)")
                    break
                }
                if let corrects = try record.optionalTransaction("corrects") {
                    if try corrects.bytes != record.bytes("canonical").suffix(16) {
                        add("\(name): record \(sequence) corrects another sale than it says")
                    }
                } else if try Self.movesMoney(outcome: record.text("outcome"), canonical: record.bytes("canonical")) {
                    approvedCount += 1
                    approved += try record.amount("amount_fen")
                }
            }
            guard Acknowledgement(sequence: sequence, hash: head) == journal.acknowledged else {
                add("\(name) does not lead to what the hub acknowledged")
                continue
            }
            guard try row.integer("approved_count") == approvedCount, try row.amount("approved_fen") == approved else {
                add("\(name) has other sums than its records")
                continue
            }
        }
    }

    /// Whether a stored record is approved, or resolved as having happened: the verdict stands before the id of the
    /// resolved transaction, the last 16 canonical bytes.
    private static func movesMoney(outcome: String, canonical: [UInt8]) -> Bool {
        if outcome == "approved" { return true }
        guard outcome == "resolved", canonical.count > 17 else { return false }
        return canonical[canonical.count - 17] == UInt8(Resolution.Verdict.happened.rawValue)
    }

    func report(_ db: Database) throws -> BooksReport {
        let lines = try db.rows(
            """
            SELECT CASE WHEN b.name LIKE 'cardholder:%' THEN 'cardholders'
                WHEN b.name LIKE 'merchant:%' THEN 'merchants' WHEN b.name LIKE 'debt:%' THEN 'debts'
                WHEN b.name LIKE 'purse:%' THEN 'purses'
                WHEN b.name LIKE 'subsidy:%' THEN 'subsidies'
                ELSE b.name END AS party,
                count(*) AS accounts, coalesce(sum(s.sum), 0) AS sum
            FROM book b
            LEFT JOIN (SELECT book_id, sum(amount_fen) AS sum FROM entry GROUP BY book_id) s ON s.book_id = b.id
            GROUP BY party ORDER BY party
            """
        ).map { row in
            BooksReport.Line(
                group: try row.text("party"), accounts: try row.integer("accounts"),
                balanceFen: try row.integer("sum"))
        }
        return BooksReport(
            sound: count == 0, postings: try db.integer("SELECT count(*) FROM posting"),
            entries: try db.integer("SELECT count(*) FROM entry"),
            records: try db.integer("SELECT count(*) FROM record"), trialBalance: lines, findingCount: count,
            findings: findings)
    }

    mutating func add(_ finding: String) {
        count += 1
        if findings.count < HubLimits.findings { findings.append(finding) }
    }
}
