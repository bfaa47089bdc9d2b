import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func exceptions(_ filter: ExceptionFilter, _ page: PageRequest) async throws -> Page<ExceptionSummary> {
        let before = try page.numberAfter()
        let condition =
            switch filter {
            case .open: "AND closed_at IS NULL"
            case .closed: "AND closed_at IS NOT NULL"
            case .all: ""
            }
        return try await read { db in
            let rows = try db.rows(
                "SELECT * FROM exception WHERE id < ? \(condition) ORDER BY id DESC LIMIT ?",
                [before ?? Int64.max, page.limit + 1])
            return Page(fetched: try rows.map(ExceptionTable.summary), limit: page.limit) { String($0.id) }
        }
    }

    package func closeException(_ id: Int64, note: String, now: UnixTime) async throws -> ExceptionSummary {
        try await write { db in
            guard let row = try db.row("SELECT * FROM exception WHERE id = ?", [id]) else {
                throw HubRefusalError(.notFound, "no such exception")
            }
            guard row.optionalInteger("closed_at") == nil else {
                throw HubRefusalError(.notPermittedInThisState, "the exception is closed already")
            }
            try db.run(
                "UPDATE exception SET closed_at = ?, note = ? WHERE id = ?", [now.milliseconds, note, id])
            guard let closed = try db.row("SELECT * FROM exception WHERE id = ?", [id]) else {
                throw HubStoreError(.damaged, detail: "exception")
            }
            return try ExceptionTable.summary(closed)
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
