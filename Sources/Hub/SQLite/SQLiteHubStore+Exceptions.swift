import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func exceptions(_ search: ExceptionSearch, _ page: PageRequest) async throws -> Page<ExceptionSummary> {
        let before = try page.numberAfter()
        let condition =
            switch search.state {
            case .open: "AND closed_at IS NULL"
            case .unassigned: "AND closed_at IS NULL AND assignee IS NULL"
            case .assigned: "AND closed_at IS NULL AND assignee IS NOT NULL"
            case .closed: "AND closed_at IS NOT NULL"
            case .all: ""
            }
        return try await read { db in
            let rows = try db.rows(
                """
                SELECT * FROM exception WHERE id < ? \(condition) AND (? IS NULL OR kind = ?)
                    AND (? IS NULL OR terminal = ?) AND (? IS NULL OR instr(assignee, ?) > 0)
                ORDER BY id DESC LIMIT ?
                """,
                [
                    before ?? Int64.max, search.kind?.rawValue, search.kind?.rawValue, search.terminal?.text,
                    search.terminal?.text, search.assignee, search.assignee, page.limit + 1,
                ])
            return Page(fetched: try rows.map(ExceptionTable.summary), limit: page.limit) { String($0.id) }
        }
    }

    package func closeException(
        _ id: Int64, _ closing: ExceptionClosing, by operator: OperatorIdentity?, now: UnixTime
    ) async throws -> ExceptionSummary {
        try await write { db in
            let row = try WorkList.row(id, db)
            try WorkList.requireOpen(row)
            try WorkList.check(closing, of: row.choice("kind"), db)
            try WorkList.close(id, closing, by: `operator`, now: now, db)
            return try WorkList.summary(id, db)
        }
    }
}

extension PageRequest {
    /// The cursor of a list that is ordered by a number.
    func numberAfter() throws(HubRefusalError) -> Int64? {
        guard let after else { return nil }
        guard let number = Int64(after) else { throw HubRefusalError(.malformedRequest, "after: not a cursor") }
        return number
    }
}
