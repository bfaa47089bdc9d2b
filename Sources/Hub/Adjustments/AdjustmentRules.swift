import HubProtocol
import Payments

/// What the books say about the parties of an adjustment, at the moment at which it is looked at.
package struct AdjustmentFacts: Sendable, Hashable {
    package var accountExists = false
    package var merchantExists = false
    /// Balances now; credits are positive.
    package var account = Amount.zero
    package var debt = Amount.zero
    package var suspense = Amount.zero
    /// The posting of the named transaction, when it has one.
    package var sale: Sale?
    /// What other adjustments, approved or proposed, do about the same transaction: sums by kind.
    package var others: [AdjustmentKind: Amount] = [:]

    /// A posted sale.
    package struct Sale: Sendable, Hashable {
        /// Absent when the sale waits in suspense, or a card's purse paid.
        package var account: AccountID?
        /// Whether the sale waits in suspense.
        package var isInSuspense: Bool
        package var merchant: MerchantID?
        package var amount: Amount
        /// What of it the subsidy purse paid and has not got back.
        package var subsidyLeft = Amount.zero
    }

    package init() {}
}

/// Decides whether an adjustment may be, and what it posts. Pure: asked once when it is proposed, and again when it is
/// approved, because balances change in between.
package enum AdjustmentRules {
    /// The posting of `adjustment`.
    ///
    /// - Throws: ``HubRefusalError`` that says what does not fit.
    package static func posting(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> Posting {
        guard adjustment.transaction != nil || adjustment.exception != nil else {
            throw flaw("transaction or exception: an adjustment points at what it corrects")
        }
        let legs = try legs(adjustment, facts)
        if adjustment.kind == .refund, case (.merchant(let merchant), .cardholder(let account)) = legs {
            // Subsidy went out first and comes back first, as at a terminal: it never becomes cash.
            return .refund(
                adjustment.amount, subsidy: min(adjustment.amount, facts.sale?.subsidyLeft ?? .zero), from: merchant,
                to: account)
        }
        return Posting([
            Entry(account: legs.payer, amount: -adjustment.amount),
            Entry(account: legs.payee, amount: adjustment.amount),
        ])
    }

    private static func legs(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> (payer: BookAccount, payee: BookAccount) {
        let amount = adjustment.amount
        switch adjustment.kind {
        case .makeUpDebit:
            let account = try account(adjustment, facts)
            return (.cardholder(account), try makeUpPayee(adjustment, facts))
        case .refund:
            let (account, merchant) = (try account(adjustment, facts), try merchant(adjustment, facts))
            try checkRefund(adjustment, account: account, merchant: merchant, facts)
            return (.merchant(merchant), .cardholder(account))
        case .debt:
            let account = try onlyAccount(adjustment, facts)
            try require(amount <= -facts.account, "the account is not overdrawn by so much")
            return (.debt(account), .cardholder(account))
        case .debtRecovery:
            let account = try onlyAccount(adjustment, facts)
            try require(amount <= -facts.debt, "the account has no debt of so much")
            try require(amount <= facts.account, "the account has not so much")
            return (.cardholder(account), .debt(account))
        case .debtWriteOff:
            let account = try onlyAccount(adjustment, facts)
            try require(amount <= -facts.debt, "the account has no debt of so much")
            return (.losses, .debt(account))
        case .writeOff:
            guard adjustment.account != nil else {
                guard adjustment.merchant == nil else { throw flaw("merchant: not with a write-off") }
                try require(amount <= -facts.suspense, "not so much waits in suspense")
                return (.losses, .suspense)
            }
            let account = try onlyAccount(adjustment, facts)
            try require(amount <= -facts.account, "the account is not overdrawn by so much")
            return (.losses, .cardholder(account))
        case .merchantCredit: return (.suspense, .merchant(try onlyMerchant(adjustment, facts)))
        case .merchantDebit: return (.merchant(try onlyMerchant(adjustment, facts)), .suspense)
        }
    }

    /// Whom a make-up debit pays: the merchant of a sale that is not in the books, or suspense for a sale that waits
    /// there and whose merchant has its money.
    private static func makeUpPayee(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> BookAccount {
        let before = facts.others[.makeUpDebit] ?? .zero
        guard let sale = facts.sale else {
            try require(before == .zero, "the transaction has a make-up debit")
            return .merchant(try merchant(adjustment, facts))
        }
        try require(sale.isInSuspense, "the sale is posted; a make-up debit would take the money twice")
        guard adjustment.merchant == nil else { throw flaw("merchant: it has the money; the sale waits in suspense") }
        try require(adjustment.amount + before <= sale.amount, "make-up debits would be above the sale")
        return .suspense
    }

    private static func checkRefund(
        _ adjustment: NewAdjustment, account: AccountID, merchant: MerchantID, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) {
        guard adjustment.transaction != nil else { return }
        guard let sale = facts.sale else { throw refusal("the transaction has no posted sale to give back") }
        try require(sale.merchant == merchant, "merchant: the sale is another merchant's")
        try require(sale.account == nil || sale.account == account, "account: the sale was paid by another account")
        let before = facts.others[.refund] ?? .zero
        try require(adjustment.amount + before <= sale.amount, "refunds would be above the sale")
    }

    private static func onlyAccount(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> AccountID {
        guard adjustment.merchant == nil else { throw flaw("merchant: not with this kind") }
        return try account(adjustment, facts)
    }

    private static func onlyMerchant(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> MerchantID {
        guard adjustment.account == nil else { throw flaw("account: not with this kind") }
        return try merchant(adjustment, facts)
    }

    private static func account(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> AccountID {
        guard let account = adjustment.account else { throw flaw("account: needed with this kind") }
        guard facts.accountExists else { throw HubRefusalError(.notFound, "no such account") }
        return account
    }

    private static func merchant(
        _ adjustment: NewAdjustment, _ facts: AdjustmentFacts
    ) throws(HubRefusalError) -> MerchantID {
        guard let merchant = adjustment.merchant else { throw flaw("merchant: needed with this kind") }
        guard facts.merchantExists else { throw HubRefusalError(.notFound, "no such merchant") }
        return merchant
    }

    private static func require(_ condition: Bool, _ text: String) throws(HubRefusalError) {
        if !condition { throw refusal(text) }
    }

    private static func refusal(_ text: String) -> HubRefusalError { HubRefusalError(.notPermittedInThisState, text) }

    private static func flaw(_ text: String) -> HubRefusalError { HubRefusalError(.malformedRequest, text) }
}

extension AdjustmentKind {
    /// How an exception ends that an adjustment of this kind solved.
    var resolution: ExceptionResolution { self == .refund ? .refunded : .adjusted }
}
