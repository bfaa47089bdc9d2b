import GRDB
import Payments
import Terminal

/// Reading what the hub told about payers, together with what this terminal debited since.
enum ReplicaTables {
    /// A card's account and status.
    struct Card {
        let account: AccountID
        let status: CardStatus
    }

    /// An account's row.
    struct Account {
        let status: AccountStatus
        let balance: Amount
        /// Of the subsidy purse; not part of `balance`.
        let subsidy: Amount
        /// From here on the subsidy cannot be spent; `nil` when it does not expire.
        let subsidyExpires: UnixTime?
        /// Records of this terminal up to here are in both balances.
        let asOf: UInt64
    }

    /// What this terminal took from an account's two purses and their balances in the replica do not contain:
    /// approved purchases, and loads of a card's purse that were approved or resolved as happened, less refunds and
    /// voids. Less than zero when a sale is in the balance and its refund is not.
    struct Uncontained {
        /// From the cash purse.
        var cash = Amount.zero
        /// From the subsidy purse.
        var subsidy = Amount.zero
        var offline = LedgerView.OfflineUse()
        /// Purchases approved alone and not yet at the hub.
        var undelivered = Amount.zero
        /// The part of it that the subsidy purse paid.
        var undeliveredSubsidy = Amount.zero
    }

    static func card(_ database: Database, _ card: CardID) throws -> Card? {
        let statement = try PreparedStatement(database, "SELECT account, status FROM card WHERE id = ?")
        try statement.bind(1, card.text)
        return try statement.first { row in
            guard let account = UInt64(exactly: row.integer(0)).flatMap(AccountID.init(number:)),
                let status = row.text(1).flatMap(CardStatus.init(rawValue:))
            else { throw LedgerError(.damaged, detail: "card row") }
            return Card(account: account, status: status)
        }
    }

    static func account(_ database: Database, _ account: AccountID) throws -> Account? {
        let statement = try PreparedStatement(
            database,
            "SELECT status, balance, as_of_sequence, subsidy, subsidy_expires FROM account WHERE id = ?")
        try statement.bind(1, Int64(account.number))
        return try statement.first { row in
            guard let status = row.text(0).flatMap(AccountStatus.init(rawValue:)),
                let asOf = UInt64(exactly: row.integer(2))
            else { throw LedgerError(.damaged, detail: "account row") }
            return Account(
                status: status, balance: Amount(fen: row.integer(1)), subsidy: Amount(fen: row.integer(3)),
                subsidyExpires: row.optionalInteger(4).map { UnixTime(seconds: $0) }, asOf: asOf)
        }
    }

    /// The difference of two totals, and of two more when the terminal has approved sales alone.
    ///
    /// - Parameters:
    ///   - last: the account's totals up to its newest record.
    ///   - asOf: the record up to which the account's balance in the replica contains this journal.
    ///   - acknowledged: the record up to which the hub has this journal.
    static func uncontained(
        _ database: Database, last: AccountUse, after asOf: UInt64, acknowledged: UInt64
    ) throws -> Uncontained {
        func totals(through sequence: UInt64) throws -> AccountUse {
            if sequence >= last.sequence { return last }
            return sequence == 0
                ? AccountUse(none: last.account)
                : try AccountUseTable.totals(database, of: last.account, through: sequence)
        }
        let contained = try totals(through: asOf)
        var sums = Uncontained()
        sums.cash = last.cash - contained.cash
        sums.subsidy = last.subsidy - contained.subsidy
        sums.offline = LedgerView.OfflineUse(
            amount: last.offline.amount - contained.offline.amount, count: last.offline.count - contained.offline.count)
        if sums.offline.count > 0 {
            let delivered = acknowledged > asOf ? try totals(through: acknowledged) : contained
            sums.undelivered = last.offline.amount - delivered.offline.amount
            sums.undeliveredSubsidy = last.offlineSubsidy - delivered.offlineSubsidy
        }
        return sums
    }

    /// The record in which the code paid; `nil` when it has not.
    static func redemption(_ database: Database, _ reference: CodeReference) throws -> UInt64? {
        let statement = try PreparedStatement(
            database, "SELECT sequence FROM code_redemption WHERE key_id = ? AND serial = ?")
        try statement.bind(1, Int64(reference.keyID))
        try statement.bind(2, Int64(bitPattern: reference.serial))
        return try statement.first { UInt64(clamping: $0.integer(0)) }
    }
}
