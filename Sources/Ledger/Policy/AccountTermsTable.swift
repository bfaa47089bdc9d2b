import GRDB
import HubProtocol
import Payments
import Terminal

/// What the hub told about accounts' holders.
enum AccountTermsTable {
    /// Stores what came with an account; an account that came without terms has none.
    ///
    /// - Parameter prefix: of the table, for a snapshot under way.
    static func store(
        _ database: Database, _ terms: AccountTermsMessage?, of account: AccountID, prefix: String = ""
    ) throws {
        guard let terms else {
            let statement = try PreparedStatement(
                database, "DELETE FROM \(prefix)account_terms WHERE account = ?")
            try statement.bind(1, Int64(account.number))
            return try statement.execute()
        }
        let statement = try PreparedStatement(
            database,
            """
            INSERT OR REPLACE INTO \(prefix)account_terms (account, card_class, single_limit, day_limit, pin_version,
                pin_salt, pin_hash, pin_iterations, pin_locked, use_day, use_amount, use_count, use_meal,
                use_meal_amount, use_meal_count, use_meal_subsidies)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try statement.bind(1, Int64(account.number))
        try statement.bind(2, terms.cardClass.text)
        try statement.bind(3, terms.singleLimitFen)
        try statement.bind(4, terms.dayLimitFen)
        try statement.bind(5, (terms.pin?.version).map { Int64(clamping: $0) })
        try statement.bind(6, terms.pin?.salt)
        try statement.bind(7, terms.pin?.hash)
        try statement.bind(8, (terms.pin?.iterations).map(Int64.init))
        try statement.bind(9, terms.pin.map { $0.locked ? 1 : 0 })
        try statement.bind(10, terms.use?.dayStartMilliseconds)
        try statement.bind(11, terms.use?.amountFen)
        try statement.bind(12, (terms.use?.count).map(Int64.init))
        try statement.bind(13, (terms.use?.meal).map(Int64.init))
        try statement.bind(14, terms.use?.mealAmountFen)
        try statement.bind(15, (terms.use?.mealCount).map(Int64.init))
        try statement.bind(16, (terms.use?.mealSubsidyCount).map(Int64.init))
        try statement.execute()
    }

    /// An account's terms as they were told; `nil` where there are none.
    static func terms(_ database: Database, of account: AccountID) throws -> AccountTermsMessage? {
        let statement = try PreparedStatement(
            database,
            """
            SELECT card_class, single_limit, day_limit, pin_version, pin_salt, pin_hash, pin_iterations, pin_locked,
                use_day, use_amount, use_count, use_meal, use_meal_amount, use_meal_count, use_meal_subsidies
            FROM account_terms WHERE account = ?
            """)
        try statement.bind(1, Int64(account.number))
        return try statement.first { row in
            guard let cardClass = row.text(0).flatMap(ClassName.init(text:)) else {
                throw LedgerError(.damaged, detail: "terms row")
            }
            var terms = AccountTermsMessage(
                cardClass: cardClass,
                limits: SpendingLimits(
                    single: row.optionalInteger(1).map(Amount.init(fen:)),
                    day: row.optionalInteger(2).map(Amount.init(fen:))))
            if let version = row.optionalInteger(3), let salt = row.text(4), let hash = row.text(5) {
                terms.pin = AccountTermsMessage.PIN(
                    version: UInt64(clamping: version), salt: salt, hash: hash, iterations: Int(row.integer(6)),
                    locked: row.integer(7) == 1)
            }
            if let day = row.optionalInteger(8) {
                terms.use = AccountTermsMessage.Use(
                    dayStart: UnixTime(milliseconds: day),
                    today: PeriodUse(amount: Amount(fen: row.integer(9)), count: Int(row.integer(10))),
                    meal: UInt8(clamping: row.integer(11)),
                    mealUse: PeriodUse(
                        amount: Amount(fen: row.integer(12)), count: Int(row.integer(13)),
                        subsidyCount: Int(row.integer(14))))
            }
            return terms
        }
    }
}
