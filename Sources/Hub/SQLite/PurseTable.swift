import Foundation
import GRDB
import Payments

/// Purses, their transactions, and what became of them.
enum PurseTable {
    /// Adds the purse when it is new.
    static func open(_ card: CardID, now: UnixTime, _ db: Database) throws {
        try db.run(
            "INSERT INTO purse (card, first_at) VALUES (?, ?) ON CONFLICT (card) DO NOTHING",
            [card.text, now.milliseconds])
    }

    static func insert(_ entry: PurseEntry, _ db: Database) throws {
        try open(entry.card, now: entry.receivedAt, db)
        try db.run(
            """
            INSERT INTO purse_transaction (transaction_id, card, kind, outcome, amount_fen, proof, serial,
                balance_before_fen, account_id, merchant, occurred_at, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.transaction.blob, entry.card.text, entry.kind.rawValue, entry.wasUnknown ? "unknown" : "approved",
                entry.amount.fen, entry.proof.rawValue, entry.serial, entry.balanceBefore?.fen,
                entry.account.map { Int64($0.number) }, entry.merchant.text, entry.occurredAt.milliseconds,
                entry.receivedAt.milliseconds,
            ])
    }

    static func find(_ transaction: TransactionID, _ db: Database) throws -> PurseEntry? {
        try db.row("SELECT * FROM purse_move WHERE transaction_id = ?", [transaction.blob]).map(entry)
    }

    /// Adds what became of an unknown transaction; the newest stands.
    static func resolve(
        _ entry: PurseEntry, as state: PurseMoveState, _ resolution: PurseEntry.Resolution, _ db: Database
    ) throws {
        invariant(entry.wasUnknown && state != .unknown, "only an unknown transaction is resolved")
        try db.run(
            """
            INSERT INTO purse_resolution (transaction_id, number, verdict, basis, witness, note, resolved_at)
            VALUES (?1, (SELECT count(*) FROM purse_resolution WHERE transaction_id = ?1), ?2, ?3, ?4, ?5, ?6)
            """,
            [
                entry.transaction.blob, state.rawValue, resolution.basis.rawValue, resolution.witness?.blob,
                resolution.note, resolution.at.milliseconds,
            ])
    }

    /// Everything that the card said about itself from `point` on, except what did not happen.
    static func moves(_ card: CardID, from point: PursePoint, _ db: Database) throws -> [PurseMove] {
        let sql = """
            SELECT * FROM purse_move WHERE card = ? AND kind = ? AND serial >= ? AND state <> 'didNotHappen'
            """
        let purchases = try db.rows(sql, [card.text, PurseMoveKind.purchase.rawValue, point.offline])
        let loads = try db.rows(sql, [card.text, PurseMoveKind.load.rawValue, point.online])
        return try (purchases + loads).compactMap { try entry($0).move }
    }

    /// Everything that the card ever said about itself.
    static func allMoves(_ card: CardID, _ db: Database) throws -> [PurseMove] {
        try db.rows("SELECT * FROM purse_move WHERE card = ? AND serial IS NOT NULL", [card.text])
            .compactMap { try entry($0).move }
    }

    /// Other transactions that happened under the same serial of the same card.
    static func sameSerial(_ entry: PurseEntry, _ db: Database) throws -> [PurseEntry] {
        guard let serial = entry.serial else { return [] }
        return try db.rows(
            """
            SELECT * FROM purse_move WHERE card = ? AND kind = ? AND serial = ? AND state = 'happened'
                AND transaction_id <> ?
            """, [entry.card.text, entry.kind.rawValue, serial, entry.transaction.blob]
        ).map(Self.entry)
    }

    /// Purchases that the card's later word had been taken to prove, and that this one refutes: it comes between them
    /// and that word, and found the balance from before them.
    static func refuted(by entry: PurseEntry, _ db: Database) throws -> [PurseEntry] {
        guard entry.kind == .purchase, let serial = entry.serial, let balance = entry.balanceBefore else { return [] }
        return try db.rows(
            """
            SELECT m.* FROM purse_move m JOIN purse_transaction w ON w.transaction_id = m.witness
            WHERE m.card = ? AND m.outcome = 'unknown' AND m.kind = 'purchase' AND m.state = 'happened'
                AND m.basis = 'card' AND m.serial < ? AND m.balance_before_fen = ? AND w.serial > ?
            """, [entry.card.text, serial, balance.fen, serial]
        ).map(Self.entry)
    }

    /// How many transactions of the card have an unknown outcome.
    static func unknownCount(_ card: CardID, _ db: Database) throws -> Int {
        Int(
            try db.integer(
                """
                SELECT count(*) FROM purse_transaction t WHERE t.card = ? AND t.outcome = 'unknown'
                    AND NOT EXISTS (SELECT 1 FROM purse_resolution r WHERE r.transaction_id = t.transaction_id)
                """, [card.text]))
    }

    /// Whether a transaction that happened cannot be placed in the card's history.
    static func hasUnreadable(_ card: CardID, _ db: Database) throws -> Bool {
        try db.exists(
            "SELECT 1 FROM purse_move WHERE card = ? AND serial IS NULL AND state = 'happened'", [card.text])
    }

    static func entry(_ row: Row) throws -> PurseEntry {
        var resolution: PurseEntry.Resolution?
        if row.optionalText("basis") != nil {
            resolution = PurseEntry.Resolution(
                basis: try row.choice("basis"), witness: try row.optionalTransaction("witness"),
                note: row.optionalText("note"), at: try row.time("resolved_at"))
        }
        return PurseEntry(
            transaction: try row.transaction("transaction_id"), card: try row.identifier("card"),
            kind: try row.choice("kind"), wasUnknown: try row.text("outcome") == "unknown",
            amount: try row.amount("amount_fen"), proof: try row.choice("proof"),
            serial: row.optionalInteger("serial").map { Int($0) },
            balanceBefore: row.optionalInteger("balance_before_fen").map { Amount(fen: $0) },
            account: try row.optionalAccount("account_id"), merchant: try row.identifier("merchant"),
            occurredAt: try row.time("occurred_at"), receivedAt: try row.time("received_at"),
            state: try row.choice("state"), resolution: resolution)
    }
}
