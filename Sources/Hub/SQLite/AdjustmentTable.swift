import GRDB
import HubProtocol
import Payments

/// Adjustments in the database.
enum AdjustmentTable {
    static func insert(
        _ adjustment: NewAdjustment, by operator: OperatorIdentity, now: UnixTime, _ db: Database
    ) throws {
        try db.run(
            """
            INSERT INTO adjustment (kind, amount_fen, account_id, merchant, transaction_id, exception_id, note,
                proposed_uid, proposed_by, proposed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                adjustment.kind.rawValue, adjustment.amountFen, adjustment.account.map { Int64($0.number) },
                adjustment.merchant?.text, adjustment.transaction?.blob, adjustment.exception, adjustment.note,
                Int64(`operator`.uid), `operator`.text, now.milliseconds,
            ])
    }

    static func row(_ id: Int64, _ db: Database) throws -> Row {
        guard let row = try db.row("SELECT * FROM adjustment WHERE id = ?", [id]) else {
            throw HubRefusalError(.notFound, "no such adjustment")
        }
        return row
    }

    static func summary(_ id: Int64, _ db: Database) throws -> AdjustmentSummary { try summary(row(id, db)) }

    static func summary(_ row: Row) throws -> AdjustmentSummary {
        AdjustmentSummary(
            id: try row.integer("id"), kind: try row.choice("kind"), state: try row.choice("state"),
            amountFen: try row.integer("amount_fen"), account: try row.optionalAccount("account_id"),
            merchant: try row.optionalIdentifier("merchant"),
            transaction: try row.optionalTransaction("transaction_id"),
            exception: row.optionalInteger("exception_id"), note: try row.text("note"),
            proposedBy: try row.text("proposed_by"), proposedAtMilliseconds: try row.integer("proposed_at"),
            decidedBy: row.optionalText("decided_by"), decidedAtMilliseconds: row.optionalInteger("decided_at"),
            decisionNote: row.optionalText("decision_note"), posting: row.optionalInteger("posting_id"))
    }

    static func proposal(_ row: Row) throws -> NewAdjustment {
        NewAdjustment(
            kind: try row.choice("kind"), amountFen: try row.integer("amount_fen"),
            account: try row.optionalAccount("account_id"), merchant: try row.optionalIdentifier("merchant"),
            transaction: try row.optionalTransaction("transaction_id"),
            exception: row.optionalInteger("exception_id"), note: try row.text("note"))
    }

    /// - Parameter except: an adjustment that does not count among the others: itself.
    static func facts(_ adjustment: NewAdjustment, except: Int64?, _ db: Database) throws -> AdjustmentFacts {
        var facts = AdjustmentFacts()
        if let account = adjustment.account {
            facts.accountExists = try db.exists("SELECT 1 FROM account WHERE id = ?", [Int64(account.number)])
            facts.account = try balance(.cardholder(account), db)
            facts.debt = try balance(.debt(account), db)
        }
        if let merchant = adjustment.merchant {
            facts.merchantExists = try db.exists("SELECT 1 FROM merchant WHERE id = ?", [merchant.text])
        }
        facts.suspense = try balance(.suspense, db)
        if let exception = adjustment.exception {
            guard try db.exists("SELECT 1 FROM exception WHERE id = ?", [exception]) else {
                throw HubRefusalError(.notFound, "no such exception")
            }
        }
        if let transaction = adjustment.transaction {
            facts.sale = try sale(transaction, db)
            for row in try db.rows(
                """
                SELECT kind, sum(amount_fen) AS sum FROM adjustment
                WHERE transaction_id = ? AND state IN ('proposed', 'approved') AND id IS NOT ? GROUP BY kind
                """, [transaction.blob, except])
            {
                facts.others[try row.choice("kind")] = try row.amount("sum")
            }
            // What terminals have given back of the sale counts with what the office has.
            let corrected = try corrected(transaction, db)
            facts.others[.refund, default: .zero] += corrected.amount
            facts.sale?.subsidyLeft -= try corrected.subsidy + refunded(transaction, db).subsidy
        }
        return facts
    }

    /// What went back of a sale, and what of that to the subsidy purse.
    typealias GivenBack = (amount: Amount, subsidy: Amount)

    /// What refunds and voids of terminals have given back of a sale.
    private static func corrected(_ sale: TransactionID, _ db: Database) throws -> GivenBack {
        try givenBack(
            """
            FROM record r JOIN posting p ON p.transaction_id = r.transaction_id
            JOIN entry e ON e.posting_id = p.id JOIN book b ON b.id = e.book_id
            WHERE r.corrects = ? AND p.kind IN ('refund', 'void')
            """, sale, db)
    }

    /// What adjustments have given back of a sale.
    static func refunded(_ sale: TransactionID, _ db: Database) throws -> GivenBack {
        try givenBack(
            """
            FROM adjustment a JOIN entry e ON e.posting_id = a.posting_id JOIN book b ON b.id = e.book_id
            WHERE a.transaction_id = ? AND a.kind = 'refund' AND a.state = 'approved'
            """, sale, db)
    }

    /// - Parameter source: entries `e` on books `b` of what corrects the sale.
    private static func givenBack(_ source: String, _ sale: TransactionID, _ db: Database) throws -> GivenBack {
        let row = try db.row(
            """
            SELECT coalesce(sum(e.amount_fen), 0) AS amount,
                coalesce(sum(CASE WHEN b.name LIKE 'subsidy:%' THEN e.amount_fen END), 0) AS subsidy
            \(source) AND e.amount_fen > 0 AND b.name <> 'suspense'
            """, [sale.blob])
        return (try row?.amount("amount") ?? .zero, try row?.amount("subsidy") ?? .zero)
    }

    private static func balance(_ account: BookAccount, _ db: Database) throws -> Amount {
        try db.row("SELECT balance_fen FROM book WHERE name = ?", [account.text])?.amount("balance_fen") ?? .zero
    }

    /// The sale that a transaction posted; `nil` when it posted none, or one that was taken back.
    private static func sale(_ transaction: TransactionID, _ db: Database) throws -> AdjustmentFacts.Sale? {
        var sale: AdjustmentFacts.Sale?
        for row in try db.rows(
            """
            SELECT b.name, e.amount_fen FROM posting p JOIN entry e ON e.posting_id = p.id
            JOIN book b ON b.id = e.book_id WHERE p.transaction_id = ?
                AND NOT EXISTS (SELECT 1 FROM posting v WHERE v.reference = 'reversal/' || hex(p.transaction_id))
            """, [transaction.blob])
        {
            let account: BookAccount = try row.identifier("name")
            let amount = try row.amount("amount_fen")
            var found = sale ?? AdjustmentFacts.Sale(isInSuspense: false, amount: .zero)
            switch account {
            case .cardholder(let id): found.account = id
            case .subsidy(let id): (found.account, found.subsidyLeft) = (id, -amount)
            case .merchant(let merchant): (found.merchant, found.amount) = (merchant, amount)
            case .suspense: found.isInSuspense = true
            case .purse, .funding, .debt, .settled, .bank, .losses: break
            }
            sale = found
        }
        return sale
    }
}
