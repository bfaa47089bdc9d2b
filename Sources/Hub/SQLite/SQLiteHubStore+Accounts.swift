import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    static let accountSQL = """
        SELECT a.id, a.name, a.status, a.created_at, b.balance_fen,
            (SELECT coalesce(sum(h.amount_fen), 0) FROM hold h WHERE h.account_id = a.id AND h.state = 'held')
            AS held_fen,
            (SELECT s.balance_fen FROM book s WHERE s.name = 'subsidy:' || a.id) AS subsidy_fen
        FROM account a JOIN book b ON b.id = a.book_id
        """

    package func createAccount(_ account: NewAccount, now: UnixTime) async throws -> AccountSummary {
        try await write { db in
            guard try !db.exists("SELECT 1 FROM account WHERE id = ?", [Int64(account.id.number)]) else {
                throw HubRefusalError(.alreadyExists, "the account exists already")
            }
            try db.run(
                "INSERT INTO book (name) VALUES (?)", [BookAccount.cardholder(account.id).text])
            try db.run(
                """
                INSERT INTO account (id, name, status, book_id, created_at, changed) VALUES (?, ?, 'active', ?, ?, ?)
                """,
                [
                    Int64(account.id.number), account.name, db.lastInsertedRowID, now.milliseconds,
                    try FeedTable.nextChange(db),
                ])
            return try Self.account(account.id, db)
        }
    }

    package func accounts(_ page: PageRequest) async throws -> Page<AccountSummary> {
        let after = try Self.accountCursor(page)
        return try await read { db in
            let rows = try db.rows(
                "\(Self.accountSQL) WHERE a.id > ? ORDER BY a.id LIMIT ?", [after, page.limit + 1])
            return Page(fetched: try rows.map(Self.accountSummary), limit: page.limit) { $0.id.text }
        }
    }

    /// The account after which a page starts; 0 for the first.
    static func accountCursor(_ page: PageRequest) throws(HubRefusalError) -> Int64 {
        guard let text = page.after else { return 0 }
        guard let id = AccountID(text: text) else { throw HubRefusalError(.malformedRequest, "after: not a cursor") }
        return Int64(id.number)
    }

    package func account(_ id: AccountID) async throws -> AccountSummary {
        try await read { db in try Self.account(id, db) }
    }

    package func setStatus(
        _ status: AccountStatus, account: AccountID, from: Set<AccountStatus>
    ) async throws -> AccountSummary {
        try await write { db in
            let current = try Self.account(account, db).status
            guard from.contains(current) else {
                throw HubRefusalError(.notPermittedInThisState, "the account is \(current.rawValue)")
            }
            try db.run(
                "UPDATE account SET status = ?, changed = ? WHERE id = ?",
                [status.rawValue, try FeedTable.nextChange(db), Int64(account.number)])
            return try Self.account(account, db)
        }
    }

    package func statement(account: AccountID, before: Int64?, limit: Int) async throws -> Statement {
        try await read { db in
            _ = try Self.account(account, db)
            return try StatementTable.statement(of: account, before: before, limit: limit, db)
        }
    }

    package func topUp(_ request: TopUpRequest, now: UnixTime) async throws -> TopUpReceipt {
        try await write { db in
            let account = try Self.account(request.account, db)
            if let earlier = try Self.topUp(reference: request.reference, db) {
                guard earlier.account == request.account, earlier.amount.fen == request.amountFen else {
                    throw HubRefusalError(
                        .alreadyExists, "the reference was used before for another account or amount")
                }
                return TopUpReceipt(
                    posting: earlier.posting, account: request.account, amountFen: request.amountFen,
                    reference: request.reference, balanceFen: account.balanceFen, repeated: true)
            }
            guard account.status != .closed else {
                throw HubRefusalError(.notPermittedInThisState, "the account is closed")
            }
            return try BookSheet.write(db) { sheet in
                let number = try Self.post(request, debt: Amount(fen: -account.balanceFen), now: now, db, &sheet)
                return TopUpReceipt(
                    posting: number, account: request.account, amountFen: request.amountFen,
                    reference: request.reference,
                    balanceFen: try sheet.balance(of: .cardholder(request.account)).fen, repeated: false)
            }
        }
    }

    private static func account(_ id: AccountID, _ db: Database) throws -> AccountSummary {
        guard let row = try db.row("\(accountSQL) WHERE a.id = ?", [Int64(id.number)]) else {
            throw HubRefusalError(.notFound, "no such account")
        }
        return try accountSummary(row)
    }

    static func accountSummary(_ row: Row) throws -> AccountSummary {
        AccountSummary(
            id: try row.account("id"), name: try row.text("name"), status: try row.choice("status"),
            balanceFen: try row.integer("balance_fen"), subsidyFen: row.optionalInteger("subsidy_fen") ?? 0,
            heldFen: try row.integer("held_fen"),
            createdAtMilliseconds: try row.integer("created_at"))
    }

    /// Both postings of a top-up that ended a debt are one top-up.
    private static func topUp(
        reference: String, _ db: Database
    ) throws -> (posting: Int64, account: AccountID, amount: Amount)? {
        let row = try db.row(
            """
            SELECT max(p.id) AS id, a.id AS account, sum(e.amount_fen) AS amount_fen FROM posting p
            JOIN entry e ON e.posting_id = p.id JOIN account a ON a.book_id = e.book_id
            WHERE p.reference = ? OR (p.reference = ? AND p.kind = 'debtRecovery') GROUP BY a.id
            """, [reference, recoveryReference(reference)])
        guard let row else { return nil }
        return (try row.integer("id"), try row.account("account"), try row.amount("amount_fen"))
    }
}
