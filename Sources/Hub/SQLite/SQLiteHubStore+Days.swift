import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func closeDays(
        through: BusinessDay?, overAt time: UnixTime, operator: OperatorIdentity?, now: UnixTime
    ) async throws -> DayClosing {
        try await write { db in
            let calendar = try DayTable.calendar(db)
            // The day that runs at `time` is not over; the one before is.
            let over = calendar.day(of: time).previous
            if let through, through > over {
                throw HubRefusalError(.dayNotOver, "business day \(through) is not over; \(over) is the last that is")
            }
            let last = through ?? over
            guard var day = try Self.oldestOpenDay(db) else {
                return DayClosing(closed: [], openDay: over.next)
            }
            var closed: [DaySummary] = []
            while day <= last {
                closed.append(try DayTable.close(day, by: `operator`?.text, now: now, db))
                day = day.next
            }
            return DayClosing(closed: closed, openDay: day)
        }
    }

    package func days(_ page: PageRequest) async throws -> Page<DaySummary> {
        let before = try page.dayAfter()
        return try await read { db in
            let rows = try db.rows(
                """
                SELECT day FROM (SELECT day FROM business_day UNION SELECT DISTINCT day FROM posting_day
                    WHERE day > coalesce((SELECT max(day) FROM business_day), -1))
                WHERE day < ? ORDER BY day DESC LIMIT ?
                """, [before?.number ?? Int64.max, page.limit + 1])
            let items = try rows.map { try DayTable.summary(try $0.businessDay("day"), db) }
            return Page(fetched: items, limit: page.limit) { $0.day.text }
        }
    }

    package func day(_ day: BusinessDay) async throws -> DayReport {
        try await read { db in
            let summary = try DayTable.summary(day, db)
            let paidIn = try DayTable.paidIn(day, db)
            if summary.closedAtMilliseconds != nil {
                return DayReport(
                    summary: summary, paidIn: paidIn, merchants: try DayTable.closedMerchants(day, db))
            }
            guard summary.postings > 0 else { throw HubRefusalError(.notFound, "the day has no postings") }
            return DayReport(
                summary: summary, paidIn: paidIn, merchants: try DayTable.merchants(day, db))
        }
    }

    package func booksOverview(now: UnixTime) async throws -> BooksOverview {
        try await read { db in
            let closed = try DayTable.closedThrough(db)
            let calendar = try DayTable.calendar(db)
            return BooksOverview(
                today: calendar.day(of: now), offsetSeconds: calendar.offsetSeconds,
                cutOverSeconds: calendar.cutOverSeconds, closedThrough: closed,
                latePostings: try db.integer(
                    "SELECT count(*) FROM posting_day WHERE late_day IS NOT NULL AND day > ?", [closed?.number ?? -1]),
                unassignedExceptions: try db.integer(
                    "SELECT count(*) FROM exception WHERE closed_at IS NULL AND assignee IS NULL"),
                assignedExceptions: try db.integer(
                    "SELECT count(*) FROM exception WHERE closed_at IS NULL AND assignee IS NOT NULL"),
                proposedAdjustments: try db.integer("SELECT count(*) FROM adjustment WHERE state = 'proposed'"),
                draftSettlements: try db.integer("SELECT count(*) FROM settlement WHERE state = 'draft'"),
                unpaidSettlements: try db.integer(
                    "SELECT count(*) FROM settlement WHERE state = 'confirmed' AND posting_id IS NOT NULL"))
        }
    }

    /// The day after the last closed one; before the first closing the oldest one with a posting, if there is one.
    private static func oldestOpenDay(_ db: Database) throws -> BusinessDay? {
        if let closed = try DayTable.closedThrough(db) { return closed.next }
        return try db.row("SELECT min(day) AS day FROM posting_day")?.optionalBusinessDay("day")
    }
}

extension PageRequest {
    /// The cursor of a list that is ordered by business day.
    func dayAfter() throws(HubRefusalError) -> BusinessDay? {
        guard let after else { return nil }
        guard let day = BusinessDay(text: after) else {
            throw HubRefusalError(.malformedRequest, "after: not a cursor")
        }
        return day
    }
}
