import GRDB
import Payments

/// The list of exceptions.
enum ExceptionTable {
    /// Adds a finding, or counts it up while the same one is open: a terminal that tries again every few seconds
    /// must not fill the list.
    static func raise(_ exception: HubException, now: UnixTime, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO exception (kind, subject, text, transaction_id, terminal, account_id, first_at, last_at,
                amount_fen)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE
            SET occurrences = occurrences + 1, last_at = excluded.last_at, text = excluded.text
            """,
            [
                exception.kind.rawValue, exception.subject, exception.text, exception.transaction?.blob,
                exception.terminal?.text, exception.account.map { Int64($0.number) }, now.milliseconds,
                now.milliseconds, exception.amount?.fen,
            ])
    }

    /// Closes a finding that mended itself; nothing when none is open.
    static func close(_ kind: ExceptionKind, subject: String, note: String, now: UnixTime, _ db: Database) throws {
        try db.run(
            """
            UPDATE exception SET closed_at = ?, note = ?, resolution = 'mended'
            WHERE kind = ? AND subject = ? AND closed_at IS NULL
            """,
            [now.milliseconds, note, kind.rawValue, subject])
    }

    static func summary(_ row: Row) throws -> ExceptionSummary {
        ExceptionSummary(
            id: try row.integer("id"), kind: try row.choice("kind"), text: try row.text("text"),
            transaction: try row.optionalTransaction("transaction_id"),
            terminal: try row.optionalIdentifier("terminal"), account: try row.optionalAccount("account_id"),
            firstAtMilliseconds: try row.integer("first_at"), lastAtMilliseconds: try row.integer("last_at"),
            occurrences: try row.integer("occurrences"), closedAtMilliseconds: row.optionalInteger("closed_at"),
            note: row.optionalText("note"), state: try state(row), assignee: row.optionalText("assignee"),
            resolution: try resolution(row), closedBy: row.optionalText("closed_by"),
            adjustment: row.optionalInteger("adjustment_id"), amountFen: row.optionalInteger("amount_fen"),
            reopened: try row.integer("reopened"))
    }

    private static func state(_ row: Row) throws -> ExceptionState {
        if row.optionalInteger("closed_at") != nil { return .resolved }
        return row.optionalText("assignee") == nil ? .open : .assigned
    }

    private static func resolution(_ row: Row) throws -> ExceptionResolution? {
        if row.optionalInteger("closed_at") == nil { return nil }
        // Closed before there were kinds of resolutions: with a note, which explains it.
        return row.optionalText("resolution") == nil ? .explained : try row.choice("resolution")
    }
}
