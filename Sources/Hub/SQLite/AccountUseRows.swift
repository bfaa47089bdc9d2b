import GRDB
import HubProtocol
import Payments

/// What an account bought on the newest local day, and at the newest meal of that day. A sale counts on the day of its
/// own time, however late it arrives; a sale of an earlier day changes nothing any more.
enum AccountUseRows {
    static func add(
        _ amount: Amount, subsidy: Amount, account: AccountID, at time: UnixTime, policy: CampusPolicy,
        _ db: Database
    ) throws {
        let day = policy.startOfDay(time)
        let meal = policy.openMeal(at: time)
        let row = try db.row("SELECT * FROM account_use WHERE account_id = ?", [Int64(account.number)])
        var (today, mealUse, newest, newestMeal) = (PeriodUse(), PeriodUse(), time, meal)
        if let row {
            let known = try row.time("day")
            if known > day { return }
            if known == day {
                today = PeriodUse(amount: try row.amount("amount_fen"), count: Int(try row.integer("count")))
                let (last, lastMeal) = (try row.time("newest_at"), UInt8(clamping: try row.integer("meal")))
                newest = max(last, time)
                if lastMeal == meal || last > time {
                    newestMeal = lastMeal
                    mealUse = PeriodUse(
                        amount: try row.amount("meal_amount_fen"), count: Int(try row.integer("meal_count")),
                        subsidyCount: Int(try row.integer("meal_subsidies")))
                }
            }
        }
        let sale = PeriodUse(amount: amount, count: 1, subsidyCount: subsidy > .zero ? 1 : 0)
        today = today + sale
        if newestMeal == meal { mealUse = mealUse + sale }
        try db.run(
            """
            INSERT OR REPLACE INTO account_use (account_id, day, amount_fen, count, newest_at, meal, meal_amount_fen,
                meal_count, meal_subsidies) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                Int64(account.number), day.milliseconds, today.amount.fen, today.count, newest.milliseconds,
                Int64(newestMeal), mealUse.amount.fen, mealUse.count, mealUse.subsidyCount,
            ])
    }

    /// What the account bought today and at the open meal, its active holds of that time included.
    static func use(
        of account: AccountID, terms: AccountTermsMessage?, policy: CampusPolicy, now: UnixTime, _ db: Database
    ) throws -> (today: PeriodUse, meal: PeriodUse) {
        let day = policy.startOfDay(now)
        let (meal, mealStart) = (policy.openMeal(at: now), policy.startOfMeal(now))
        var (today, mealUse) = (PeriodUse(), PeriodUse())
        if let use = terms?.use, use.dayStartMilliseconds == day.milliseconds {
            today = PeriodUse(amount: Amount(fen: use.amountFen), count: use.count)
            if meal != 0, use.meal == meal {
                mealUse = PeriodUse(
                    amount: Amount(fen: use.mealAmountFen), count: use.mealCount, subsidyCount: use.mealSubsidyCount)
            }
        }
        let holds = try db.rows(
            "SELECT amount_fen, subsidy_fen, created_at FROM hold WHERE account_id = ? AND state = 'held' "
                + "AND created_at >= ?",
            [Int64(account.number), day.milliseconds])
        for hold in holds {
            let sale = PeriodUse(
                amount: try hold.amount("amount_fen"), count: 1,
                subsidyCount: (hold.optionalInteger("subsidy_fen") ?? 0) > 0 ? 1 : 0)
            today = today + sale
            if let mealStart, try hold.time("created_at") >= mealStart { mealUse = mealUse + sale }
        }
        return (today, mealUse)
    }
}
