/// Life of an account at the hub.
package enum AccountStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case active, frozen, closed
}

/// Life of a card at the hub.
package enum CardStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case active, lost, stolen, closed
}

/// What the terminal's ledger knows about the request at the moment of decision, read in the same transaction that
/// stores the decision.
package struct LedgerView: Sendable, Hashable {
    /// The replica's row of the account that would pay.
    package struct Account: Sendable, Hashable {
        package var id: AccountID
        package var status: AccountStatus
        /// Balance in the replica less this terminal's own debits that the replica does not contain yet.
        package var available: Amount

        package init(id: AccountID, status: AccountStatus, available: Amount) {
            self.id = id
            self.status = status
            self.available = available
        }
    }

    /// Approved offline and not yet known to be contained in the replica.
    package struct OfflineUse: Sendable, Hashable {
        package var amount: Amount
        package var count: Int

        package init(amount: Amount = .zero, count: Int = 0) {
            self.amount = amount
            self.count = count
        }
    }

    package var account: Account?
    /// The card's status in the replica; `nil` when the card is not in it or a code was presented.
    package var card: CardStatus?
    /// Set when the card is on the hot list.
    package var hotListed: DeclineReason?
    /// Set when the presented code has paid at this terminal before.
    package var codeUsed = false
    /// What the account spent offline here and the replica does not contain yet (promise 6).
    package var cardOffline = OfflineUse()
    /// The part of it that the hub does not have yet: only this may be told to the hub as still to come, or it would
    /// count a delivered sale twice.
    package var undelivered = Amount.zero
    /// The part of it that the subsidy purse paid.
    package var undeliveredSubsidy = Amount.zero
    /// The sales among them in which subsidy was spent at the meal that is open.
    package var undeliveredMealSubsidies = 0
    /// What this terminal approved alone, for anybody, and the hub has not acknowledged.
    package var terminalOffline = OfflineUse()
    /// Hub time at the last contact; `nil` before the first.
    package var lastHubContact: UnixTime?
    /// Time of the newest journal record; `nil` in an empty journal.
    package var lastRecord: UnixTime?

    /// The newest delivered policy that is in force; `nil` before the first, when the terminal's configuration counts.
    package var policy: CampusPolicy?
    /// What the account's holder is and has chosen.
    package var terms = AccountTerms()
    /// The account's subsidy purse.
    package var subsidy = SubsidyBalance()
    /// What the account bought today.
    package var today = PeriodUse()
    /// What the account bought in the meal that is open; nothing outside meals.
    package var meal = PeriodUse()
    /// Time of the oldest sale that this terminal approved alone and the hub has not acknowledged.
    package var oldestUnsentOffline: UnixTime?
    /// Whether the terminal knows how much time has passed since what it last stored (``OfflineClock``).
    package var isClockTrusted = true

    package init() {}
}
