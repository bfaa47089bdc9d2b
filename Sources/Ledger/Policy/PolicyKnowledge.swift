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
    ///   - acknowledged: the record up to which the hub has this journal.
    /// - Returns: the account's totals up to its newest record; `nil` without an account.
    func fill(
        _ view: inout LedgerView, _ database: Database, account: AccountID?, asOf: UInt64, acknowledged: UInt64
    ) throws -> AccountUse? {
        view.policy = shelf.inForce(at: now)
        view.isClockTrusted = point?.isTrusted ?? true
        guard let account else { return nil }
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
        var (today, mealUse) = (PeriodUse(), PeriodUse())
        var undelivered = 0
        let totals = try AccountUseTable.purchases(
            database, of: account, since: day, after: hub == nil ? 0 : asOf
        ) { purchase in
            today.amount += purchase.amount
            today.count += 1
            guard let meal, purchase.decidedAt >= meal else { return }
            mealUse.amount += purchase.amount
            mealUse.count += 1
            guard purchase.subsidy > .zero else { return }
            mealUse.subsidyCount += 1
            if purchase.isOffline, purchase.sequence > max(asOf, acknowledged) { undelivered += 1 }
        }
        if let hub {
            today.amount += Amount(fen: hub.amountFen)
            today.count += hub.count
            if let open = view.policy?.openMeal(at: now), open != 0, hub.meal == open {
                mealUse.amount += Amount(fen: hub.mealAmountFen)
                mealUse.count += hub.mealCount
                mealUse.subsidyCount += hub.mealSubsidyCount
            }
        }
        view.today = today
        view.meal = mealUse
        view.undeliveredMealSubsidies = undelivered
        return totals
    }

    /// Seconds east of UTC in which days are counted before the first policy: China Standard Time.
    private static let standardOffset: Int64 = 28_800
}
