import GRDB
import Payments

/// Business days in the database.
enum DayTable {
    static func calendar(_ db: Database) throws -> BusinessCalendar {
        guard let row = try db.row("SELECT offset_seconds, cut_over_seconds FROM business_calendar"),
            case let cutOver = try row.integer("cut_over_seconds"), (0..<86_400).contains(cutOver)
        else { throw HubStoreError(.damaged, detail: "business calendar") }
        return BusinessCalendar(offsetSeconds: try row.integer("offset_seconds"), cutOverSeconds: cutOver)
    }

    /// Takes the configured calendar over. It counts for what is posted from now on.
    static func setCalendar(_ calendar: BusinessCalendar, _ db: Database) throws {
        guard try self.calendar(db) != calendar else { return }
        try db.run(
            "UPDATE business_calendar SET offset_seconds = ?, cut_over_seconds = ?",
            [calendar.offsetSeconds, calendar.cutOverSeconds])
    }

    /// Gives postings that were made before there were business days theirs.
    static func adoptPostings(_ db: Database) throws {
        let known = try db.integer("SELECT max(posting_id) FROM posting_day")
        guard try db.integer("SELECT max(id) FROM posting") > known else { return }
        let calendar = try calendar(db)
        let shift = (calendar.offsetSeconds - calendar.cutOverSeconds) * 1000
        try db.run(
            """
            INSERT INTO posting_day (posting_id, day)
            SELECT p.id, max(0, (min(p.occurred_at, p.posted_at) + ?) / 86400000) FROM posting p WHERE p.id > ?
            """, [shift, known])
    }

    static func closedThrough(_ db: Database) throws -> BusinessDay? {
        try db.row("SELECT max(day) AS day FROM business_day")?.optionalBusinessDay("day")
    }

    static func insert(posting: Int64, _ place: BusinessCalendar.Place, _ db: Database) throws {
        try db.run(
            "INSERT INTO posting_day (posting_id, day, late_day) VALUES (?, ?, ?)",
            [posting, place.day.number, place.lateDay?.number])
    }

    /// Figures of an open day; for a closed one they are what was stored.
    static func summary(_ day: BusinessDay, _ db: Database) throws -> DaySummary {
        if let row = try db.row("SELECT * FROM business_day WHERE day = ?", [day.number]) {
            return DaySummary(
                day: day, closedAtMilliseconds: try row.integer("closed_at"),
                closedBy: row.optionalText("closed_by") ?? "hub", postings: try row.integer("posting_count"),
                late: try row.integer("late_count"), turnoverFen: try row.integer("turnover_fen"))
        }
        let row = try counted(day, db)
        return DaySummary(
            day: day, postings: try row.integer("postings"), late: try row.integer("late"),
            turnoverFen: try row.integer("turnover"))
    }

    /// Fixes the totals of the next open day.
    static func close(_ day: BusinessDay, by closer: String?, now: UnixTime, _ db: Database) throws -> DaySummary {
        let row = try counted(day, db)
        try db.run(
            """
            INSERT INTO business_day (day, closed_at, closed_by, posting_count, late_count, turnover_fen,
                first_posting, last_posting) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                day.number, now.milliseconds, closer, try row.integer("postings"), try row.integer("late"),
                try row.integer("turnover"), row.optionalInteger("first"), row.optionalInteger("last"),
            ])
        for line in try merchants(day, db) {
            let figures = line.figures
            try db.run(
                "INSERT INTO merchant_day VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    line.merchant.text, day.number, figures.salesCount, figures.salesFen, figures.refundsCount,
                    figures.refundsFen, figures.correctionsCount, figures.correctionsFen,
                ])
        }
        return try summary(day, db)
    }

    /// A day's merchants, counted from the postings.
    static func merchants(_ day: BusinessDay, _ db: Database) throws -> [MerchantDay] {
        let rows = try db.rows(
            """
            SELECT substr(b.name, 10) AS merchant, \(MerchantColumn.sums)
            FROM (SELECT e.book_id, e.amount_fen, \(MerchantColumn.expression) AS place
                FROM posting_day d JOIN posting p ON p.id = d.posting_id JOIN entry e ON e.posting_id = p.id
                WHERE d.day = ?) AS line
            JOIN book b ON b.id = line.book_id
            WHERE b.name LIKE 'merchant:%' AND place <> 'settlement' GROUP BY b.id ORDER BY b.name
            """, [day.number])
        return try rows.map { MerchantDay(merchant: try $0.identifier("merchant"), figures: try $0.figures()) }
    }

    /// What the cash desk took in. Counted from the postings, which a closed day never loses or gains.
    static func paidIn(_ day: BusinessDay, _ db: Database) throws -> PaidIn {
        guard
            let row = try db.row(
                """
                SELECT count(CASE WHEN p.kind = 'topUp' OR NOT EXISTS
                        (SELECT 1 FROM posting t WHERE t.reference = substr(p.reference, 6) AND t.kind = 'topUp')
                        THEN 1 END) AS count,
                    coalesce(sum(e.amount_fen), 0) AS fen,
                    coalesce(sum(CASE WHEN p.kind = 'debtRecovery' THEN e.amount_fen END), 0) AS debt_fen
                FROM posting_day d JOIN posting p ON p.id = d.posting_id
                JOIN entry e ON e.posting_id = p.id AND e.amount_fen > 0
                WHERE d.day = ? AND p.kind IN ('topUp', 'debtRecovery')
                """, [day.number])
        else { throw HubStoreError(.damaged, detail: "business day") }
        return PaidIn(
            count: try row.integer("count"), fen: try row.integer("fen"), debtFen: try row.integer("debt_fen"))
    }

    /// What was stored when the day was closed.
    static func closedMerchants(_ day: BusinessDay, _ db: Database) throws -> [MerchantDay] {
        try db.rows("SELECT * FROM merchant_day WHERE day = ? ORDER BY merchant", [day.number]).map {
            MerchantDay(merchant: try $0.identifier("merchant"), figures: try $0.figures())
        }
    }

    private static func counted(_ day: BusinessDay, _ db: Database) throws -> Row {
        guard
            let row = try db.row(
                """
                SELECT count(*) AS postings, count(d.late_day) AS late,
                    min(d.posting_id) AS first, max(d.posting_id) AS last,
                    coalesce(sum((SELECT sum(e.amount_fen) FROM entry e
                        WHERE e.posting_id = d.posting_id AND e.amount_fen > 0)), 0) AS turnover
                FROM posting_day d WHERE d.day = ?
                """, [day.number])
        else { throw HubStoreError(.damaged, detail: "business day") }
        return row
    }
}

extension Row {
    func businessDay(_ column: String) throws -> BusinessDay {
        guard let day = BusinessDay(number: try integer(column)) else {
            throw HubStoreError(.damaged, detail: "column \(column)")
        }
        return day
    }

    func optionalBusinessDay(_ column: String) throws -> BusinessDay? {
        optionalInteger(column) == nil ? nil : try businessDay(column)
    }

    /// The six columns of ``MerchantFigures``.
    func figures() throws -> MerchantFigures {
        MerchantFigures(
            salesCount: try integer("sales_count"), salesFen: try integer("sales_fen"),
            refundsCount: try integer("refunds_count"), refundsFen: try integer("refunds_fen"),
            correctionsCount: try integer("corrections_count"), correctionsFen: try integer("corrections_fen"))
    }
}
