/// What a meal allows.
package struct MealRules: Sendable, Hashable {
    /// Whether nothing is sold outside meals.
    package var isRequired: Bool
    /// Largest sum per account and meal, inclusive.
    package var amount: Amount?
    /// Most sales per account and meal.
    package var count: Int?
    /// What the meal costs this class of cards.
    package var fixedPrice: Amount?

    package init(isRequired: Bool = false, amount: Amount? = nil, count: Int? = nil, fixedPrice: Amount? = nil) {
        self.isRequired = isRequired
        self.amount = amount
        self.count = count
        self.fixedPrice = fixedPrice
    }

    /// What a sale costs that was armed with `amount`: the fixed price of the meal where there is one, but never more
    /// than what the payer was shown.
    package func charge(_ amount: Amount) -> Amount {
        guard let fixedPrice, fixedPrice <= amount else { return amount }
        return fixedPrice
    }
}

/// What an account bought within a meal or a day, at this terminal and, as far as the hub has told, elsewhere.
package struct PeriodUse: Sendable, Hashable {
    package var amount: Amount
    package var count: Int
    /// Sales in which subsidy was spent.
    package var subsidyCount: Int

    package init(amount: Amount = .zero, count: Int = 0, subsidyCount: Int = 0) {
        self.amount = amount
        self.count = count
        self.subsidyCount = subsidyCount
    }

    package static func + (left: Self, right: Self) -> Self {
        PeriodUse(
            amount: left.amount + right.amount, count: left.count + right.count,
            subsidyCount: left.subsidyCount + right.subsidyCount)
    }
}

extension MealRules {
    /// Refuses sales outside meals where the campus sells meals only.
    func windowObjection(isMealOpen: Bool) -> DeclineReason? { isRequired && !isMealOpen ? .outsideMeals : nil }

    /// Refuses an amount that is not the meal's fixed price: the price is higher than what was armed, or a policy that
    /// came meanwhile changed it.
    func priceObjection(to amount: Amount, isMealOpen: Bool) -> DeclineReason? {
        guard isMealOpen, let fixedPrice else { return nil }
        return amount == fixedPrice ? nil : .fixedPriceDiffers
    }

    /// Refuses what the account may not buy at this meal any more.
    func allowanceObjection(to amount: Amount, view: LedgerView, isMealOpen: Bool) -> DeclineReason? {
        guard isMealOpen else { return nil }
        if let count, view.meal.count >= count { return .mealCountExceeded }
        if let limit = self.amount, view.meal.amount + amount > limit { return .mealAmountExceeded }
        return nil
    }
}
