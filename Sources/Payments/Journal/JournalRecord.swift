/// How a transaction ended, as it stands in the journal.
package enum Outcome: Sendable, Hashable {
    case approved
    case declined(DeclineReason)
    /// The trace number was reserved and never used, or given up before a decision.
    case voided
}

/// One record of a terminal's journal: append-only, numbered without gaps, chained by hash (promise 5).
///
/// The record is what posts; a hold at the hub only reserves for it.
package struct JournalRecord: Sendable, Hashable {
    /// What was presented, as far as the books need it.
    package enum Payer: Sendable, Hashable {
        case card(CardID, IdentityProof)
        case code(CodeReference)
    }

    /// The sale that the record is about; a void has none.
    package struct Sale: Sendable, Hashable {
        package var amount: Amount
        package var payer: Payer
        /// The account that pays; `nil` when a declined payer could not be matched to one.
        package var account: AccountID?
        package var merchant: MerchantID
        package var lane: LaneID
        package var path: AuthorizationPath

        package init(
            amount: Amount, payer: Payer, account: AccountID?, merchant: MerchantID, lane: LaneID,
            path: AuthorizationPath
        ) {
            self.amount = amount
            self.payer = payer
            self.account = account
            self.merchant = merchant
            self.lane = lane
            self.path = path
        }
    }

    /// Position in the journal, from 1, without gaps.
    package var sequence: UInt64
    package var transaction: TransactionID
    package var outcome: Outcome
    package var sale: Sale?
    /// Terminal time of the decision.
    package var decidedAt: UnixTime
    /// Cursor of the changes feed on which the decision was made.
    package var replicaCursor: UInt64

    package init(
        sequence: UInt64, transaction: TransactionID, outcome: Outcome, sale: Sale?, decidedAt: UnixTime,
        replicaCursor: UInt64
    ) {
        if case .approved = outcome { invariant(sale?.account != nil, "an approved record names the account") }
        self.sequence = sequence
        self.transaction = transaction
        self.outcome = outcome
        self.sale = sale
        self.decidedAt = decidedAt
        self.replicaCursor = replicaCursor
    }

    /// What the record posts; `nil` unless approved.
    package var posting: Posting? {
        guard case .approved = outcome, let sale, let account = sale.account else { return nil }
        return .purchase(sale.amount, from: account, to: sale.merchant)
    }
}
