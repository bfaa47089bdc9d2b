import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func exception(_ id: Int64) async throws -> ExceptionReport {
        try await read { db in try WorkList.report(id, db) }
    }

    package func noteException(
        _ id: Int64, note: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionReport {
        try await write { db in
            _ = try WorkList.row(id, db)
            try WorkList.note(.noted, id, by: `operator`, text: note, now: now, db)
            return try WorkList.report(id, db)
        }
    }

    package func assignException(
        _ id: Int64, to assignee: String?, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionSummary {
        try await write { db in
            let row = try WorkList.row(id, db)
            try WorkList.requireOpen(row)
            guard row.optionalText("assignee") != assignee else { return try ExceptionTable.summary(row) }
            try db.run("UPDATE exception SET assignee = ? WHERE id = ?", [assignee, id])
            try WorkList.note(.assigned, id, by: `operator`, text: assignee ?? "nobody", now: now, db)
            return try WorkList.summary(id, db)
        }
    }

    package func reopenException(
        _ id: Int64, note: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionSummary {
        try await write { db in
            let row = try WorkList.row(id, db)
            guard row.optionalInteger("closed_at") != nil else {
                throw HubRefusalError(.notPermittedInThisState, "the exception is open")
            }
            if let other = try db.row(
                "SELECT id FROM exception WHERE kind = ? AND subject = ? AND closed_at IS NULL",
                [try row.text("kind"), try row.text("subject")])
            {
                throw HubRefusalError(
                    .notPermittedInThisState, "the same finding is open as exception \(try other.integer("id"))")
            }
            // The history keeps what the closing said.
            try db.run(
                """
                UPDATE exception SET closed_at = NULL, note = NULL, resolution = NULL, closed_by = NULL,
                    adjustment_id = NULL, reopened = reopened + 1 WHERE id = ?
                """, [id])
            try WorkList.note(.reopened, id, by: `operator`, text: note, now: now, db)
            return try WorkList.summary(id, db)
        }
    }

    package func contest(
        _ request: ContestRequest, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionSummary {
        try await write { db in
            let transaction = request.transaction
            guard
                let row = try db.row(
                    """
                    SELECT max(e.amount_fen) AS amount FROM posting p JOIN entry e ON e.posting_id = p.id
                    WHERE p.transaction_id = ? GROUP BY p.id
                    """, [transaction.blob])
            else { throw HubRefusalError(.notFound, "the transaction has no posted sale") }
            let same = "SELECT id FROM exception WHERE kind = 'contested' AND subject = ? AND closed_at IS NULL"
            if let open = try db.row(same, [transaction.text]) {
                return try WorkList.summary(open.integer("id"), db)
            }
            var finding = HubException(.contested, transaction: transaction, text: "contested: \(request.note)")
            finding.amount = try row.amount("amount")
            try ExceptionTable.raise(finding, now: now, db)
            guard let raised = try db.row(same, [transaction.text]) else {
                throw HubStoreError(.damaged, detail: "exception")
            }
            let id = try raised.integer("id")
            try WorkList.note(.contested, id, by: `operator`, text: request.note, now: now, db)
            return try WorkList.summary(id, db)
        }
    }
}
