import GRDB
import HubProtocol
import Payments

/// Class, limits, PIN and use of accounts' holders.
enum AccountTermsRows {
    /// The columns that ``message(_:)`` reads, joined to an account `a`.
    static let columns = """
        t.card_class, t.single_limit_fen, t.day_limit_fen, t.pin_version, t.pin_salt, t.pin_hash, t.pin_iterations,
        t.pin_failures, t.subsidy_ends_at, u.day, u.amount_fen, u.count, u.meal, u.meal_amount_fen,
        u.meal_count, u.meal_subsidies
        """
    static let joins = """
        LEFT JOIN account_terms t ON t.account_id = a.id LEFT JOIN account_use u ON u.account_id = a.id
        """

    /// What terminals are told; `nil` where nothing is set and nothing was bought.
    static func message(_ row: Row) throws -> AccountTermsMessage? {
        let use: AccountTermsMessage.Use? =
            try row.optionalInteger("day").map { day in
                AccountTermsMessage.Use(
                    dayStart: UnixTime(milliseconds: day),
                    today: PeriodUse(amount: try row.amount("amount_fen"), count: Int(try row.integer("count"))),
                    meal: UInt8(clamping: try row.integer("meal")),
                    mealUse: PeriodUse(
                        amount: try row.amount("meal_amount_fen"), count: Int(try row.integer("meal_count")),
                        subsidyCount: Int(try row.integer("meal_subsidies"))))
            }
        guard let cardClass = try row.optionalIdentifier("card_class", as: ClassName.self) else {
            return use.map { AccountTermsMessage(cardClass: .standard, use: $0) }
        }
        var pin: AccountTermsMessage.PIN?
        if let salt = row.optionalText("pin_salt"), let hash = row.optionalText("pin_hash") {
            pin = AccountTermsMessage.PIN(
                version: try row.unsigned("pin_version"), salt: salt, hash: hash,
                iterations: Int(try row.integer("pin_iterations")),
                locked: try row.integer("pin_failures") >= PINLock.attempts)
        }
        return AccountTermsMessage(
            cardClass: cardClass,
            limits: SpendingLimits(
                single: row.optionalInteger("single_limit_fen").map(Amount.init(fen:)),
                day: row.optionalInteger("day_limit_fen").map(Amount.init(fen:))), pin: pin, use: use)
    }

    /// From when on the account's subsidy cannot be spent.
    static func subsidyEnd(_ row: Row) throws -> UnixTime? {
        row.optionalInteger("subsidy_ends_at").map(UnixTime.init(milliseconds:))
    }

    static func terms(of account: AccountID, _ db: Database) throws -> AccountTermsMessage? {
        guard
            let row = try db.row("SELECT \(columns) FROM account a \(joins) WHERE a.id = ?", [Int64(account.number)])
        else { throw HubRefusalError(.notFound, "no such account") }
        return try message(row)
    }

    /// Tells all terminals about the account.
    static func touch(_ account: AccountID, _ db: Database) throws {
        try db.run(
            "UPDATE account SET changed = ? WHERE id = ?", [try FeedTable.nextChange(db), Int64(account.number)])
    }

    /// Makes the account's row where there is none.
    static func make(_ account: AccountID, _ db: Database) throws {
        try db.run(
            "INSERT INTO account_terms (account_id) VALUES (?) ON CONFLICT DO NOTHING", [Int64(account.number)])
    }

    /// Counts a wrong PIN that a terminal reported.
    static func countWrongPIN(of account: AccountID, _ db: Database) throws {
        try db.run(
            "UPDATE account_terms SET pin_failures = pin_failures + 1 WHERE account_id = ? AND pin_hash IS NOT NULL",
            [Int64(account.number)])
        try touch(account, db)
    }

    /// The right PIN was entered: the wrong ones before it were a slip. Terminals need not be told.
    static func clearPINFailures(of account: AccountID, _ db: Database) throws {
        try db.run(
            "UPDATE account_terms SET pin_failures = 0 WHERE account_id = ? AND pin_failures > 0",
            [Int64(account.number)])
    }
}
