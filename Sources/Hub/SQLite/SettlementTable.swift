import GRDB
import HubProtocol
import Payments

/// Settlements in the database.
enum SettlementTable {
    static func row(_ id: Int64, _ db: Database) throws -> Row {
        guard let row = try db.row("SELECT * FROM settlement WHERE id = ?", [id]) else {
            throw HubRefusalError(.notFound, "no such settlement")
        }
        return row
    }

    static func summary(_ id: Int64, _ db: Database) throws -> SettlementSummary { try summary(row(id, db)) }

    static func summary(_ row: Row) throws -> SettlementSummary {
        let figures = try row.figures()
        let carried = try row.integer("carried_fen")
        return SettlementSummary(
            id: try row.integer("id"), merchant: try row.identifier("merchant"),
            from: try row.businessDay("from_day"), through: try row.businessDay("through_day"), figures: figures,
            carriedFen: carried, netFen: figures.netFen + carried, state: try row.choice("state"),
            draftedBy: try row.text("drafted_by"), draftedAtMilliseconds: try row.integer("drafted_at"),
            decidedBy: row.optionalText("decided_by"), decidedAtMilliseconds: row.optionalInteger("decided_at"),
            paymentReference: row.optionalText("payment_reference"), paidBy: row.optionalText("paid_by"),
            paidAtMilliseconds: row.optionalInteger("paid_at"), posting: row.optionalInteger("posting_id"),
            paymentPosting: row.optionalInteger("payment_posting_id"))
    }

    /// The settlement of `merchant` that the next one follows.
    static func last(_ merchant: MerchantID, _ db: Database) throws -> SettlementSummary? {
        try db.row(
            """
            SELECT * FROM settlement WHERE merchant = ? AND state <> 'cancelled' ORDER BY from_day DESC LIMIT 1
            """, [merchant.text]
        ).map(summary)
    }

    /// Draws up the next settlement of `merchant`; `nil` when there is nothing to settle.
    static func draft(
        _ merchant: MerchantID, through: BusinessDay, by operator: OperatorIdentity, now: UnixTime, _ db: Database
    ) throws -> SettlementSummary? {
        let last = try last(merchant, db)
        if last?.state == .draft {
            throw HubRefusalError(.notPermittedInThisState, "merchant \(merchant) has a draft, \(last?.id ?? 0)")
        }
        guard
            let row = try db.row(
                """
                SELECT min(day) AS first, coalesce(sum(sales_count), 0) AS sales_count,
                    coalesce(sum(sales_fen), 0) AS sales_fen, coalesce(sum(refunds_count), 0) AS refunds_count,
                    coalesce(sum(refunds_fen), 0) AS refunds_fen,
                    coalesce(sum(corrections_count), 0) AS corrections_count,
                    coalesce(sum(corrections_fen), 0) AS corrections_fen
                FROM merchant_day WHERE merchant = ? AND day > ? AND day <= ?
                """, [merchant.text, last?.through.number ?? -1, through.number]),
            let first = try row.optionalBusinessDay("first")
        else { return nil }
        let figures = try row.figures()
        try db.run(
            """
            INSERT INTO settlement (merchant, from_day, through_day, sales_count, sales_fen, refunds_count,
                refunds_fen, corrections_count, corrections_fen, carried_fen, drafted_uid, drafted_by, drafted_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                merchant.text, (last?.through.next ?? first).number, through.number, figures.salesCount,
                figures.salesFen, figures.refundsCount, figures.refundsFen, figures.correctionsCount,
                figures.correctionsFen, min(0, last?.netFen ?? 0), Int64(`operator`.uid), `operator`.text,
                now.milliseconds,
            ])
        return try summary(db.lastInsertedRowID, db)
    }

    /// Posts the net of a draft as payable; nothing when it is carried over.
    static func post(_ settlement: SettlementSummary, now: UnixTime, _ db: Database) throws -> Int64? {
        guard settlement.netFen > 0 else { return nil }
        return try move(
            settlement.netFen, from: .merchant(settlement.merchant), to: .settled, .settlement,
            reference: "settlement/\(settlement.id)", now: now, db)
    }

    /// Posts the payment of a confirmed settlement.
    static func pay(_ settlement: SettlementSummary, now: UnixTime, _ db: Database) throws -> Int64 {
        try move(
            settlement.netFen, from: .settled, to: .bank, .settlementPayment,
            reference: "settlement/\(settlement.id)/payment", now: now, db)
    }

    private static func move(
        _ fen: Int64, from payer: BookAccount, to payee: BookAccount, _ kind: PostingKind, reference: String,
        now: UnixTime, _ db: Database
    ) throws -> Int64 {
        let posting = Posting([
            Entry(account: payer, amount: Amount(fen: -fen)), Entry(account: payee, amount: Amount(fen: fen)),
        ])
        return try BookSheet.write(db) { sheet in
            try sheet.post(posting, source: .reference(kind, reference), occurredAt: now, postedAt: now)
        }
    }

    static func line(_ row: Row) throws -> SettlementLine {
        SettlementLine(
            posting: try row.integer("id"), day: try row.businessDay("day"),
            lateDay: try row.optionalBusinessDay("late_day"), column: try row.choice("place"),
            kind: try row.choice("kind"), occurredAtMilliseconds: try row.integer("occurred_at"),
            amountFen: try row.integer("amount_fen"), transaction: try row.optionalTransaction("transaction_id"),
            reference: row.optionalText("reference"))
    }
}
