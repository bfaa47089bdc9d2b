import GRDB
import HubProtocol
import Payments
import Terminal

/// What the policy asks the ledger about one payer: the policy in force, the account's terms, and what the account
/// bought today and at this meal.
struct PolicyKnowledge {
    let shelf: PolicyShelf
    let point: ClockPoint?
    let now: UnixTime

    /// Fills the view. Read in the transaction that stores the decision.
    ///
    /// - Parameters:
    ///   - asOf: the record up to which the hub's figures for the account contain this journal.
    ///   - undeliveredSubsidies: records of sales with subsidy that were approved alone and are not at the hub.
    func fill(
        _ view: inout LedgerView, _ database: Database, account: AccountID?, asOf: UInt64, acknowledged: UInt64,
        undeliveredSubsidies: Set<Int64>
    ) throws {
        view.policy = shelf.inForce(at: now)
        view.isClockTrusted = point?.isTrusted ?? true
        view.oldestUnsentOffline = try Self.oldestOffline(database, after: acknowledged)
        guard let account else { return }
        let terms = try AccountTermsTable.terms(database, of: account)
        if let terms {
            let failures =
                try terms.pin.map { try PINFailureTable.failures(database, of: account, pinVersion: $0.version) } ?? 0
            view.terms = AccountTerms(
                cardClass: terms.cardClass, limits: terms.limits, hasPIN: terms.pin != nil,
                isPINLocked: terms.pin?.locked == true || failures >= PINLock.attempts)
            view.terms.pinFailures = failures
        }
        let offset = view.policy?.timeZoneOffset ?? Self.standardOffset
        let day = CampusPolicy.startOfDay(now, offset: offset)
        let hub = terms?.use.flatMap { $0.dayStartMilliseconds == day.milliseconds ? $0 : nil }
        let meal = view.policy?.startOfMeal(now)
        var use = try Self.use(
            database, account, since: day, mealStart: meal, after: hub == nil ? 0 : asOf)
        if let hub {
            use.today.amount += Amount(fen: hub.amountFen)
            use.today.count += hub.count
            if let open = view.policy?.openMeal(at: now), open != 0, hub.meal == open {
                use.meal.amount += Amount(fen: hub.mealAmountFen)
                use.meal.count += hub.mealCount
                use.meal.subsidyCount += hub.mealSubsidyCount
            }
        }
        view.today = use.today
        view.meal = use.meal
        view.undeliveredMealSubsidies = use.mealSubsidies.intersection(undeliveredSubsidies).count
    }

    /// Seconds east of UTC in which days are counted before the first policy: China Standard Time.
    private static let standardOffset: Int64 = 28_800

    /// Answered from the partial index `journal_day` alone.
    private static func use(
        _ database: Database, _ account: AccountID, since day: UnixTime, mealStart: UnixTime?, after sequence: UInt64
    ) throws -> (today: PeriodUse, meal: PeriodUse, mealSubsidies: Set<Int64>) {
        let statement = try PreparedStatement(
            database,
            """
            SELECT amount, decided_at, subsidy, sequence FROM journal
            WHERE account = ? AND decided_at >= ? AND sequence > ? AND outcome = 1 AND movement = 1
            """)
        try statement.bind(1, Int64(account.number))
        try statement.bind(2, day.milliseconds)
        try statement.bind(3, Int64(clamping: sequence))
        var (today, meal) = (PeriodUse(), PeriodUse())
        var mealSubsidies: Set<Int64> = []
        try statement.forEach { row in
            let amount = Amount(fen: row.integer(0))
            today.amount += amount
            today.count += 1
            if let mealStart, row.integer(1) >= mealStart.milliseconds {
                meal.amount += amount
                meal.count += 1
                if row.integer(2) > 0 {
                    meal.subsidyCount += 1
                    mealSubsidies.insert(row.integer(3))
                }
            }
            return true
        }
        return (today, meal, mealSubsidies)
    }

    /// Answered from the partial index `journal_offline` alone.
    private static func oldestOffline(_ database: Database, after acknowledged: UInt64) throws -> UnixTime? {
        let statement = try PreparedStatement(
            database,
            """
            SELECT decided_at FROM journal
            WHERE sequence > ? AND outcome = 1 AND movement = 1 AND path >= 2 ORDER BY sequence LIMIT 1
            """)
        try statement.bind(1, Int64(clamping: acknowledged))
        return try statement.first { UnixTime(milliseconds: $0.integer(0)) }
    }
}
