import GRDB
import HubProtocol
import Payments

/// Statements out of the books.
enum StatementTable {
    /// A page of `account`'s postings, newest first. The running balance is counted down from the balance now, so
    /// that a page costs its own lines and not the whole history.
    static func statement(of account: BookAccount, before: Int64?, limit: Int, _ db: Database) throws -> Statement {
        guard let book = try db.row("SELECT id, balance_fen FROM book WHERE name = ?", [account.text]) else {
            return Statement(lines: [], balanceFen: 0, next: nil)
        }
        let bookID = try book.integer("id")
        let balance = try book.amount("balance_fen")
        var running = balance
        if let before {
            let newer = try db.integer(
                "SELECT sum(amount_fen) FROM entry WHERE book_id = ? AND posting_id >= ?", [bookID, before])
            running -= Amount(fen: newer)
        }
        let rows = try db.rows(
            """
            SELECT p.id, p.kind, p.occurred_at, p.posted_at, p.transaction_id, p.reference, e.amount_fen,
                (SELECT b.name FROM entry o JOIN book b ON b.id = o.book_id
                 WHERE o.posting_id = e.posting_id AND o.book_id <> e.book_id
                    AND (o.amount_fen < 0) <> (e.amount_fen < 0)
                 ORDER BY abs(o.amount_fen) DESC, o.leg LIMIT 1)
                AS counterparty
            FROM entry e JOIN posting p ON p.id = e.posting_id
            WHERE e.book_id = ? AND e.posting_id < ? ORDER BY e.posting_id DESC LIMIT ?
            """, [bookID, before ?? Int64.max, limit + 1])
        var lines: [StatementLine] = []
        for row in rows.prefix(limit) {
            lines.append(try line(row, balance: running))
            running -= try row.amount("amount_fen")
        }
        return Statement(
            lines: lines, balanceFen: balance.fen, next: rows.count > limit ? lines.last?.posting : nil)
    }

    private static func line(_ row: Row, balance: Amount) throws -> StatementLine {
        StatementLine(
            posting: try row.integer("id"), kind: try row.choice("kind"),
            occurredAtMilliseconds: try row.integer("occurred_at"),
            postedAtMilliseconds: try row.integer("posted_at"), amountFen: try row.integer("amount_fen"),
            balanceFen: balance.fen, counterparty: try row.identifier("counterparty"),
            transaction: try row.optionalTransaction("transaction_id"), reference: row.optionalText("reference"))
    }
}
