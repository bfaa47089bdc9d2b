import GRDB
import Payments

/// Holds and their single resolution.
enum HoldTable {
    /// A stored hold with the answer that was given.
    struct Stored {
        var terms: HoldTerms
        var verdict: HoldVerdict
        var state: HoldState
    }

    static func find(_ transaction: TransactionID, _ db: Database) throws -> Stored? {
        guard let row = try db.row("SELECT * FROM hold WHERE transaction_id = ?", [transaction.blob]) else {
            return nil
        }
        let terms = HoldTerms(
            transaction: transaction, amount: try row.amount("amount_fen"), payer: try payer(row),
            merchant: try row.identifier("merchant"), lane: try row.identifier("lane"))
        let verdict: HoldVerdict
        if let reason = try row.optionalReason("reason") {
            verdict = .declined(reason)
        } else {
            verdict = .held(
                account: try row.account("account_id"), available: try row.amount("available_fen"),
                subsidy: row.optionalInteger("subsidy_fen").map(Amount.init(fen:)))
        }
        return Stored(terms: terms, verdict: verdict, state: try row.choice("state"))
    }

    static func insert(_ terms: HoldTerms, verdict: HoldVerdict, now: UnixTime, _ db: Database) throws {
        let card: String?
        let proof: String?
        let code: CodeReference?
        switch terms.payer {
        case .card(let id, let identityProof): (card, proof, code) = (id.text, identityProof.rawValue, nil)
        case .code(let reference): (card, proof, code) = (nil, nil, reference)
        }
        let state: HoldState
        let account: Int64?
        var available: Int64?
        var subsidy: Int64?
        var reason: Int?
        switch verdict {
        case .held(let id, let left, let part):
            (state, account, available, subsidy) = (.held, Int64(id.number), left.fen, part?.fen)
        case .declined(let why): (state, account, reason) = (.declined, nil, why.rawValue)
        }
        try db.run(
            """
            INSERT INTO hold (transaction_id, amount_fen, card, proof, code_key, code_serial, merchant, lane, state,
                account_id, available_fen, subsidy_fen, reason, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                terms.transaction.blob, terms.amount.fen, card, proof, code?.keyID, code.map(CodeTable.serialText),
                terms.merchant.text, terms.lane.text, state.rawValue, account, available, subsidy, reason,
                now.milliseconds,
            ])
    }

    /// What the active holds of an account take from its two purses.
    static func held(_ account: AccountID, _ db: Database) throws -> (cash: Amount, subsidy: Amount) {
        let row = try db.row(
            """
            SELECT coalesce(sum(amount_fen), 0) AS amount_fen, coalesce(sum(subsidy_fen), 0) AS subsidy_fen
            FROM hold WHERE account_id = ? AND state = 'held'
            """, [Int64(account.number)])
        guard let row else { return (.zero, .zero) }
        let subsidy = try row.amount("subsidy_fen")
        return (try row.amount("amount_fen") - subsidy, subsidy)
    }

    /// Gives up the holds that stand since before `limit`, but not those that wait for an unknown outcome. Cheap: an
    /// index holds the active ones by age.
    static func expire(createdBefore limit: UnixTime, now: UnixTime, _ db: Database) throws {
        try db.run(
            "UPDATE hold SET state = 'expired', resolved_at = ? WHERE state = 'held' AND created_at < ? "
                + "AND awaited = 0",
            [now.milliseconds, limit.milliseconds])
    }

    /// Keeps the hold of a transaction whose outcome is unknown until the outcome is known.
    static func keep(_ transaction: TransactionID, _ db: Database) throws {
        try db.run("UPDATE hold SET awaited = 1 WHERE transaction_id = ? AND state = 'held'", [transaction.blob])
    }

    /// Resolves an active hold. The table refuses a second resolution (promise 4).
    static func resolve(_ transaction: TransactionID, as state: HoldState, now: UnixTime, _ db: Database) throws {
        invariant(state == .captured || state == .released, "a record captures or releases")
        try db.run(
            "UPDATE hold SET state = ?, resolved_at = ? WHERE transaction_id = ?",
            [state.rawValue, now.milliseconds, transaction.blob])
    }

    /// Releases what a journal that will never be heard of again left behind, and tells about it. Loads with an unknown
    /// outcome stay reserved: the card's next transaction tells.
    static func releaseAll(terminal: TerminalID, journal: JournalID, now: UnixTime, _ db: Database) throws {
        let first = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(0))
        let last = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber((1 << 48) - 1))
        let range: StatementArguments = [first.blob, last.blob]
        let active = "transaction_id BETWEEN ? AND ? AND state = 'held' AND awaited = 0"
        let count = try db.integer("SELECT count(*) FROM hold WHERE \(active)", range)
        guard count > 0 else { return }
        let sum = Amount(fen: try db.integer("SELECT sum(amount_fen) FROM hold WHERE \(active)", range))
        try db.run(
            "UPDATE hold SET state = 'released', resolved_at = ? WHERE \(active)", [now.milliseconds] + range)
        try ExceptionTable.raise(
            HubException(
                .holdsReleased, subject: "\(terminal.text)/\(journal.text)",
                text: "\(count) holds of \(sum) together were released: journal \(journal) of terminal \(terminal) "
                    + "was replaced, and sales that it approved and did not deliver are lost",
                terminal: terminal), now: now, db)
    }

    static func summary(_ row: Row) throws -> HoldSummary {
        HoldSummary(
            transaction: try row.transaction("transaction_id"), state: try row.choice("state"),
            amountFen: try row.integer("amount_fen"), account: try row.optionalAccount("account_id"),
            merchant: try row.identifier("merchant"), reason: try row.optionalReason("reason")?.rawValue,
            createdAtMilliseconds: try row.integer("created_at"),
            resolvedAtMilliseconds: row.optionalInteger("resolved_at"))
    }

    private static func payer(_ row: Row) throws -> JournalRecord.Payer {
        if let card = try row.optionalIdentifier("card", as: CardID.self) {
            return .card(card, try row.choice("proof"))
        }
        guard let keyID = UInt8(exactly: try row.integer("code_key")),
            let serial = UInt64(try row.text("code_serial"), radix: 16)
        else { throw HubStoreError(.damaged, detail: "column code_serial") }
        return .code(CodeReference(keyID: keyID, serial: serial))
    }
}
