import GRDB
import Payments

/// The books inside one write transaction. Balances are read once, changed in memory and written once at the end,
/// so that a batch of a hundred sales writes the merchant's balance once.
struct BookSheet {
    private struct Book {
        var id: Int64
        var balance: Amount
        var changed = false
    }

    private let db: Database
    private var books: [BookAccount: Book] = [:]
    private var placing = DayPlacing()

    private init(_ db: Database) { self.db = db }

    /// Runs `body` with a sheet and writes the balances that it changed, with the accounts' feed positions.
    static func write<Value>(_ db: Database, _ body: (inout BookSheet) throws -> Value) throws -> Value {
        var sheet = BookSheet(db)
        let value = try body(&sheet)
        try sheet.flush()
        return value
    }

    /// Balance now, in this transaction. Opens the book when it is new.
    mutating func balance(of account: BookAccount) throws -> Amount { try book(account).balance }

    /// What the posting is for: exactly one of a transaction and a reference names it for ever.
    enum Source {
        case transaction(PostingKind, TransactionID)
        case reference(PostingKind, String)

        var transaction: TransactionID? {
            if case .transaction(_, let transaction) = self { transaction } else { nil }
        }
    }

    /// Writes a posting with its entries.
    ///
    /// - Returns: the posting's number.
    mutating func post(
        _ posting: Posting, source: Source, occurredAt: UnixTime, postedAt: UnixTime
    ) throws -> Int64 {
        let arguments: StatementArguments =
            switch source {
            case .transaction(let kind, let transaction):
                [kind.rawValue, occurredAt.milliseconds, postedAt.milliseconds, transaction.blob, nil]
            case .reference(let kind, let reference):
                [kind.rawValue, occurredAt.milliseconds, postedAt.milliseconds, nil, reference]
            }
        try db.run(
            "INSERT INTO posting (kind, occurred_at, posted_at, transaction_id, reference) VALUES (?, ?, ?, ?, ?)",
            arguments)
        let number = db.lastInsertedRowID
        try placing.place(
            posting: number, transaction: source.transaction, occurredAt: occurredAt, postedAt: postedAt, db)
        for (leg, entry) in posting.entries.enumerated() {
            var book = try book(entry.account)
            try db.run(
                "INSERT INTO entry (posting_id, leg, book_id, amount_fen) VALUES (?, ?, ?, ?)",
                [number, leg, book.id, entry.amount.fen])
            book.balance += entry.amount
            book.changed = true
            books[entry.account] = book
        }
        return number
    }

    private mutating func book(_ account: BookAccount) throws -> Book {
        if let book = books[account] { return book }
        let book: Book
        if let row = try db.row("SELECT id, balance_fen FROM book WHERE name = ?", [account.text]) {
            book = Book(id: try row.integer("id"), balance: try row.amount("balance_fen"))
        } else {
            try db.run("INSERT INTO book (name) VALUES (?)", [account.text])
            book = Book(id: db.lastInsertedRowID, balance: .zero)
        }
        books[account] = book
        return book
    }

    private func flush() throws {
        try placing.report(db)
        for (account, book) in books where book.changed {
            try db.run("UPDATE book SET balance_fen = ? WHERE id = ?", [book.balance.fen, book.id])
            switch account {
            case .cardholder(let id), .subsidy(let id):
                try db.run(
                    "UPDATE account SET changed = ? WHERE id = ?", [try FeedTable.nextChange(db), id.number])
            case .merchant, .purse, .funding, .suspense, .debt, .settled, .bank, .losses: break
            }
        }
    }
}
