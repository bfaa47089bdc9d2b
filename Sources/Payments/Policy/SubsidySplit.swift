/// How subsidy may be spent.
package struct SubsidyRules: Sendable, Hashable {
    /// Whether subsidy may be spent here at all.
    package var permitted: Bool
    /// Largest part of one sale that subsidy pays.
    package var saleMaximum: Amount?
    /// Most sales per meal in which subsidy is spent; outside meals it is not spent when this is set.
    package var mealCount: Int?

    package init(permitted: Bool = false, saleMaximum: Amount? = nil, mealCount: Int? = nil) {
        self.permitted = permitted
        self.saleMaximum = saleMaximum
        self.mealCount = mealCount
    }
}

/// An account's subsidy purse as a decision sees it.
package struct SubsidyBalance: Sendable, Hashable {
    /// What is left in it, own sales that the replica does not contain taken off.
    package var available: Amount
    /// First moment at which it may not be spent any more; `nil` when it does not end.
    package var expiresAt: UnixTime?

    package init(available: Amount = .zero, expiresAt: UnixTime? = nil) {
        self.available = available
        self.expiresAt = expiresAt
    }
}

/// Who pays which part of a sale: subsidy first, then cash; two postings.
package struct SubsidySplit: Sendable, Hashable {
    package var subsidy: Amount
    package var cash: Amount

    package init(subsidy: Amount, cash: Amount) {
        self.subsidy = subsidy
        self.cash = cash
    }

    /// Splits an amount. A sale's own time decides whether the subsidy had expired, also when the sale reaches the hub
    /// after the end of the month.
    package init(_ amount: Amount, rules: SubsidyRules, balance: SubsidyBalance, meal: PeriodUse?, now: UnixTime) {
        var subsidy = Amount.zero
        let hasExpired = balance.expiresAt.map { now >= $0 } ?? false
        let isMealOpen = rules.mealCount.map { limit in meal.map { $0.subsidyCount < limit } ?? false } ?? true
        if rules.permitted, !hasExpired, isMealOpen {
            subsidy = max(.zero, min(amount, balance.available, rules.saleMaximum ?? amount))
        }
        self.init(subsidy: subsidy, cash: amount - subsidy)
    }
}
