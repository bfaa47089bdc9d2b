import GRDB
import HubProtocol
import Payments

/// What persons do about exceptions, inside a transaction.
enum WorkList {
    static func row(_ id: Int64, _ db: Database) throws -> Row {
        guard let row = try db.row("SELECT * FROM exception WHERE id = ?", [id]) else {
            throw HubRefusalError(.notFound, "no such exception")
        }
        return row
    }

    static func summary(_ id: Int64, _ db: Database) throws -> ExceptionSummary {
        try ExceptionTable.summary(row(id, db))
    }

    /// The exception with what was done about it.
    static func report(_ id: Int64, _ db: Database) throws -> ExceptionReport {
        let summary = try summary(id, db)
        let events = try db.rows("SELECT * FROM exception_event WHERE exception_id = ? ORDER BY id", [id])
        return ExceptionReport(
            summary: summary,
            history: try events.map { row in
                ExceptionEvent(
                    atMilliseconds: try row.integer("at"), by: try row.text("operator"), act: try row.choice("act"),
                    text: try row.text("text"))
            })
    }

    static func requireOpen(_ row: Row) throws {
        guard row.optionalInteger("closed_at") == nil else {
            throw HubRefusalError(.notPermittedInThisState, "the exception is closed already")
        }
    }

    static func note(
        _ act: ExceptionEvent.Act, _ id: Int64, by operator: OperatorIdentity?, text: String, now: UnixTime,
        _ db: Database
    ) throws {
        try db.run(
            "INSERT INTO exception_event (exception_id, at, operator, act, text) VALUES (?, ?, ?, ?, ?)",
            [id, now.milliseconds, `operator`?.text ?? "unknown", act.rawValue, text])
    }

    static func close(
        _ id: Int64, _ closing: ExceptionClosing, by operator: OperatorIdentity?, now: UnixTime, _ db: Database
    ) throws {
        try db.run(
            """
            UPDATE exception SET closed_at = ?, note = ?, resolution = ?, closed_by = ?, adjustment_id = ? WHERE id = ?
            """,
            [
                now.milliseconds, closing.note, closing.resolution.rawValue, `operator`?.text, closing.adjustment, id,
            ])
        try note(
            .closed, id, by: `operator`, text: "\(closing.resolution.rawValue): \(closing.note)", now: now, db)
    }

    /// Whether an exception of this kind can end so.
    static func check(_ closing: ExceptionClosing, of kind: ExceptionKind, _ db: Database) throws {
        func flaw(_ text: String) -> HubRefusalError { HubRefusalError(.malformedRequest, text) }
        switch closing.resolution {
        case .mended: throw flaw("resolution: only the hub says mended")
        case .upheld where kind != .contested: throw flaw("resolution: only a contested sale is upheld")
        case .explained where kind == .contested, .duplicate where kind == .contested,
            .delivered where kind == .contested:
            throw flaw("resolution: a contested sale is upheld, refunded or adjusted")
        case .adjusted where closing.adjustment == nil, .refunded where closing.adjustment == nil && kind == .contested:
            throw flaw("adjustment: which one solved it")
        case .explained, .adjusted, .upheld, .refunded, .delivered, .duplicate: break
        }
        guard let adjustment = closing.adjustment else { return }
        let state: AdjustmentState = try AdjustmentTable.row(adjustment, db).choice("state")
        guard state == .approved else {
            throw HubRefusalError(.notPermittedInThisState, "adjustment \(adjustment) is \(state.rawValue)")
        }
    }
}
