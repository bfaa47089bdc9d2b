import Payments
import Terminal

/// What the records of one account come to, up to and including one of them: a row of `account_use`.
struct AccountUse: Sendable, Equatable {
    let account: AccountID
    /// The record up to which the totals are; 0 before the first.
    private(set) var sequence: UInt64 = 0
    /// Latest decision time up to here; `nil` before the first record.
    private(set) var newest: UnixTime?
    /// Taken from the cash purse by purchases and loads, less what was given back.
    private(set) var cash = Amount.zero
    /// Taken from the subsidy purse, less what was given back.
    private(set) var subsidy = Amount.zero
    /// Purchases that the terminal approved alone.
    private(set) var offline = LedgerView.OfflineUse()
    /// What the subsidy purse paid of those.
    private(set) var offlineSubsidy = Amount.zero

    /// No records.
    init(none account: AccountID) { self.account = account }

    init(
        account: AccountID, sequence: UInt64, newest: UnixTime, cash: Amount, subsidy: Amount,
        offline: LedgerView.OfflineUse, offlineSubsidy: Amount
    ) {
        self.account = account
        self.sequence = sequence
        self.newest = newest
        self.cash = cash
        self.subsidy = subsidy
        self.offline = offline
        self.offlineSubsidy = offlineSubsidy
    }

    /// The account whose money the record moves; `nil` when it moves no account's.
    static func account(of record: JournalRecord) -> AccountID? {
        switch (record.outcome, record.sale?.movement) {
        case (.voided, _), (.declined, _), (.unknown, _), (_, .pursePurchase), (_, nil): nil
        case (.resolved(let resolution), _) where resolution.verdict != .happened: nil
        case (.approved, _), (.resolved, _): record.sale?.account
        }
    }

    /// The totals after a record that moves this account's money.
    func adding(_ record: JournalRecord) -> AccountUse {
        invariant(record.sequence > sequence && Self.account(of: record) == account, "totals grow by the next record")
        guard let sale = record.sale else { return self }
        var sums = self
        sums.sequence = record.sequence
        sums.newest = max(newest ?? record.decidedAt, record.decidedAt)
        let isGivenBack = sale.movement.corrects != nil
        sums.cash += isGivenBack ? sale.subsidy - sale.amount : sale.amount - sale.subsidy
        sums.subsidy += isGivenBack ? .zero - sale.subsidy : sale.subsidy
        if sale.movement == .accountPurchase, case .offline = sale.path {
            sums.offline.amount += sale.amount
            sums.offline.count += 1
            sums.offlineSubsidy += sale.subsidy
        }
        return sums
    }
}
