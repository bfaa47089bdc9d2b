import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func exportPostings(
        _ selection: ExportSelection, _ page: PageRequest
    ) async throws -> ExportPage<ExportedPosting> {
        let after = try page.exportAfter()
        return try await read { db in
            let snapshot = try selection.snapshot ?? db.integer("SELECT max(id) FROM posting")
            let (from, through) = (selection.from?.number ?? 0, selection.through?.number ?? Int64.max)
            let rows = try db.rows(
                """
                SELECT d.day, d.late_day, p.* FROM posting_day d JOIN posting p ON p.id = d.posting_id
                WHERE d.day >= ? AND d.day <= ? AND (d.day, d.posting_id) > (?, ?) AND d.posting_id <= ?
                ORDER BY d.day, d.posting_id LIMIT ?
                """,
                [
                    max(from, after?.day ?? from), through, after?.day ?? -1, after?.posting ?? 0, snapshot,
                    page.limit + 1,
                ])
            let total =
                after == nil
                ? try db.integer(
                    "SELECT count(*) FROM posting_day WHERE day >= ? AND day <= ? AND posting_id <= ?",
                    [from, through, snapshot]) : nil
            let cut = Page(fetched: try rows.map { try Self.exported($0, db) }, limit: page.limit) {
                "\($0.day.number).\($0.posting)"
            }
            return ExportPage(items: cut.items, next: cut.next, snapshot: snapshot, total: total)
        }
    }

    package func exportRecords(
        _ selection: ExportSelection, _ page: PageRequest
    ) async throws -> ExportPage<ExportedRecord> {
        let after = try page.numberAfter()
        return try await read { db in
            let calendar = try DayTable.calendar(db)
            let snapshot = try selection.snapshot ?? db.integer("SELECT max(id) FROM record")
            let start = selection.from.map { calendar.start(of: $0).milliseconds } ?? 0
            let end = selection.through.map { calendar.end(of: $0).milliseconds } ?? Int64.max
            let rows = try db.rows(
                """
                SELECT r.id, j.terminal, j.journal, r.sequence, r.transaction_id, r.outcome, r.amount_fen,
                    r.received_at, p.id AS posting, d.day
                FROM record r JOIN journal j ON j.id = r.journal_id
                LEFT JOIN posting p ON p.transaction_id = r.transaction_id
                LEFT JOIN posting_day d ON d.posting_id = p.id
                WHERE r.id > ? AND r.id <= ? AND r.received_at >= ? AND r.received_at < ? ORDER BY r.id LIMIT ?
                """, [after ?? 0, snapshot, start, end, page.limit + 1])
            let total =
                after == nil
                ? try db.integer(
                    "SELECT count(*) FROM record WHERE id <= ? AND received_at >= ? AND received_at < ?",
                    [snapshot, start, end]) : nil
            let items = try rows.map { row in
                ExportedRecord(
                    record: try row.integer("id"), terminal: try row.identifier("terminal"),
                    journal: try row.identifier("journal"), sequence: try row.integer("sequence"),
                    transaction: try row.transaction("transaction_id"), outcome: try row.text("outcome"),
                    amountFen: row.optionalInteger("amount_fen"),
                    receivedAtMilliseconds: try row.integer("received_at"), posting: row.optionalInteger("posting"),
                    day: try row.optionalBusinessDay("day"))
            }
            let cut = Page(fetched: items, limit: page.limit) { String($0.record) }
            return ExportPage(items: cut.items, next: cut.next, snapshot: snapshot, total: total)
        }
    }

    package func openingBalances(
        _ selection: ExportSelection, eachAccount: Bool, _ page: PageRequest
    ) async throws -> Page<OpeningBalance> {
        try await read { db in
            let snapshot = try selection.snapshot ?? db.integer("SELECT max(id) FROM posting")
            let summed = eachAccount ? ["purse"] : ["purse", "cardholder", "subsidy", "debt"]
            let name = summed.reduce("b.name") { name, group in
                "CASE WHEN b.name LIKE '\(group):%' THEN '\(group)' ELSE \(name) END"
            }
            let rows = try db.rows(
                """
                SELECT \(name) AS account, sum(e.amount_fen) AS balance_fen
                FROM posting_day d JOIN entry e ON e.posting_id = d.posting_id JOIN book b ON b.id = e.book_id
                WHERE d.day < ? AND d.posting_id <= ? AND \(name) > ?
                GROUP BY account HAVING balance_fen <> 0 ORDER BY account LIMIT ?
                """, [selection.from?.number ?? 0, snapshot, page.after ?? "", page.limit + 1])
            return Page(
                fetched: try rows.map {
                    OpeningBalance(account: try $0.text("account"), balanceFen: try $0.integer("balance_fen"))
                }, limit: page.limit
            ) { $0.account }
        }
    }

    private static func exported(_ row: Row, _ db: Database) throws -> ExportedPosting {
        let id = try row.integer("id")
        let entries = try db.rows(
            """
            SELECT b.name, e.amount_fen FROM entry e JOIN book b ON b.id = e.book_id
            WHERE e.posting_id = ? ORDER BY e.leg
            """, [id])
        return ExportedPosting(
            posting: id, day: try row.businessDay("day"), lateDay: try row.optionalBusinessDay("late_day"),
            kind: try row.choice("kind"), occurredAtMilliseconds: try row.integer("occurred_at"),
            postedAtMilliseconds: try row.integer("posted_at"),
            transaction: try row.optionalTransaction("transaction_id"), reference: row.optionalText("reference"),
            entries: try entries.map {
                ExportedEntry(account: try $0.identifier("name"), amountFen: try $0.integer("amount_fen"))
            })
    }
}

extension PageRequest {
    /// The cursor of a list that is ordered by business day and posting.
    fileprivate func exportAfter() throws(HubRefusalError) -> (day: Int64, posting: Int64)? {
        guard let after else { return nil }
        let parts = after.split(separator: ".")
        guard parts.count == 2, let day = Int64(parts[0]), let posting = Int64(parts[1]) else {
            throw HubRefusalError(.malformedRequest, "after: not a cursor")
        }
        return (day, posting)
    }
}
