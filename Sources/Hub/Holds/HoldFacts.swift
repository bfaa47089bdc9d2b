import Payments

/// What the store knows about a hold request at the moment of decision, read in the transaction that stores it.
package struct HoldFacts: Sendable, Hashable {
    /// The presented card; the fields are `nil` when the card is not known.
    package struct Card: Sendable, Hashable {
        package var hotListed: DeclineReason?
        package var status: CardStatus?
        package var account: AccountID?
    }

    /// The presented code as it was issued.
    package struct Code: Sendable, Hashable {
        package var account: AccountID
        package var limit: Amount
        package var expiresAt: UnixTime
        /// Whether another transaction has redeemed or holds it.
        package var used: Bool
    }

    /// What was presented, as far as the store knows it.
    package enum Payer: Sendable, Hashable {
        case card(Card)
        /// `nil` when the code was never issued.
        case code(Code?)
    }

    /// The account that would pay.
    package struct Account: Sendable, Hashable {
        package var id: AccountID
        package var status: AccountStatus
        /// Posted balance.
        package var balance: Amount
        /// Sum of the cash parts of the active holds.
        package var held: Amount
    }

    /// What the campus policy asks.
    package struct Policy: Sendable, Hashable {
        package var policy: CampusPolicy
        package var terms: AccountTerms
        /// Of the account's PIN; `nil` where it has none.
        package var pinVersion: UInt64?
        package var today: PeriodUse
        package var meal: PeriodUse
        /// The subsidy purse, less what active holds take from it.
        package var subsidy: SubsidyBalance
    }

    package var payer: Payer
    /// The account that the card or code belongs to; `nil` when it does not exist.
    package var account: Account?
    /// Whether the terminal may sell for the merchant.
    package var merchantPermitted: Bool
    /// `nil` before the first policy, or without an account.
    package var policy: Policy?
}
