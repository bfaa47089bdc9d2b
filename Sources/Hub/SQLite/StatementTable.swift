import GRDB
import HubProtocol
import Payments

/// Statements out of the books.
enum StatementTable {
    /// A page of a cardholder's postings: cash and subsidy, each leg a line, with its own purse's balance.
    static func statement(of account: AccountID, before: Int64?, limit: Int, _ db: Database) throws -> Statement {
        var books = try Books(db)
        try books.add(.cardholder(account), purse: .cash)
        try books.add(.subsidy(account), purse: .subsidy)
        var statement = try books.page(before: before, limit: limit)
        statement.balanceFen = books.balance(.cash)
        statement.subsidyFen = books.balance(.subsidy)
        return statement
    }

    /// A page of a merchant's postings.
    static func statement(of merchant: MerchantID, before: Int64?, limit: Int, _ db: Database) throws -> Statement {
        var books = try Books(db)
        try books.add(.merchant(merchant), purse: nil)
        var statement = try books.page(before: before, limit: limit)
        statement.balanceFen = books.balance(nil)
        return statement
    }
}

/// The books that one statement shows, newest posting first. The running balances are counted down from the balances
/// now, so that a page costs its own lines and not the whole history.
private struct Books {
    private struct Book {
        var id: Int64
        var purse: StatementPurse?
        var balance: Amount
    }

    private let db: Database
    private var books: [Book] = []

    init(_ db: Database) throws { self.db = db }

    mutating func add(_ account: BookAccount, purse: StatementPurse?) throws {
        guard let row = try db.row("SELECT id, balance_fen FROM book WHERE name = ?", [account.text]) else { return }
        books.append(Book(id: try row.integer("id"), purse: purse, balance: try row.amount("balance_fen")))
    }

    /// Balance now; 0 for a purse that never held anything.
    func balance(_ purse: StatementPurse?) -> Int64 { books.first { $0.purse == purse }?.balance.fen ?? 0 }

    /// Lines of `limit` postings: the legs of one posting stay on one page.
    func page(before: Int64?, limit: Int) throws -> Statement {
        var running: [Int64: Amount] = [:]
        for book in books {
            running[book.id] = book.balance
            if let before {
                let newer = try db.integer(
                    "SELECT sum(amount_fen) FROM entry WHERE book_id = ? AND posting_id >= ?", [book.id, before])
                running[book.id] = book.balance - Amount(fen: newer)
            }
        }
        let (first, second) = (books.first?.id ?? 0, books.last?.id ?? 0)
        let rows = try db.rows(
            """
            SELECT p.id, p.kind, p.occurred_at, p.posted_at, p.transaction_id, p.reference, e.book_id, e.amount_fen,
                (SELECT b.name FROM entry o JOIN book b ON b.id = o.book_id
                 WHERE o.posting_id = e.posting_id AND o.book_id <> e.book_id
                    AND (o.amount_fen < 0) <> (e.amount_fen < 0)
                 ORDER BY abs(o.amount_fen) DESC, o.leg LIMIT 1)
                AS counterparty
            FROM (SELECT posting_id FROM (SELECT posting_id FROM entry WHERE book_id = ?1 AND posting_id < ?3
                        ORDER BY posting_id DESC LIMIT ?4)
                    UNION SELECT posting_id FROM (SELECT posting_id FROM entry WHERE book_id = ?2 AND posting_id < ?3
                        ORDER BY posting_id DESC LIMIT ?4)
                    ORDER BY posting_id DESC LIMIT ?4) AS shown
            JOIN entry e ON e.posting_id = shown.posting_id AND e.book_id IN (?1, ?2)
            JOIN posting p ON p.id = e.posting_id ORDER BY p.id DESC, e.leg
            """, [first, second, before ?? Int64.max, limit + 1])
        var lines: [StatementLine] = []
        var postings = 0
        for row in rows {
            if try row.integer("id") != lines.last?.posting { postings += 1 }
            if postings > limit { break }
            let book = try row.integer("book_id")
            let balance = running[book] ?? .zero
            lines.append(try line(row, purse: books.first { $0.id == book }?.purse, balance: balance))
            running[book] = try balance - row.amount("amount_fen")
        }
        return Statement(lines: lines, balanceFen: 0, next: postings > limit ? lines.last?.posting : nil)
    }

    private func line(_ row: Row, purse: StatementPurse?, balance: Amount) throws -> StatementLine {
        StatementLine(
            posting: try row.integer("id"), kind: try row.choice("kind"),
            occurredAtMilliseconds: try row.integer("occurred_at"),
            postedAtMilliseconds: try row.integer("posted_at"), purse: purse,
            amountFen: try row.integer("amount_fen"), balanceFen: balance.fen,
            counterparty: try row.identifier("counterparty"),
            transaction: try row.optionalTransaction("transaction_id"), reference: row.optionalText("reference"))
    }
}
