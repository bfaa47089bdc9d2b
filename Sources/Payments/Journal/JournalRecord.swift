/// How a transaction ended, as it stands in the journal.
package enum Outcome: Sendable, Hashable {
    case approved
    case declined(DeclineReason)
    /// The trace number was reserved and never used, or given up before a decision.
    case voided
    /// A card's own money was asked to move, and nobody knows whether it did (promise 7). A later record may resolve
    /// it; else the hub does.
    case unknown
    /// Says what became of an earlier transaction whose outcome was unknown.
    case resolved(Resolution)
}

/// What became of a transaction whose outcome was unknown.
package struct Resolution: Sendable, Hashable {
    /// The card's word, as far as it goes. The raw value stands in canonical bytes and in the ledger.
    package enum Verdict: Int, Sendable, Hashable, CaseIterable {
        case happened = 1
        case didNotHappen = 2
        /// The card was used elsewhere since, or contradicts itself: only the hub's books can tell.
        case undetermined = 3
    }

    /// The transaction with the unknown outcome, in the same journal.
    package var subject: TransactionID
    package var verdict: Verdict

    package init(subject: TransactionID, verdict: Verdict) {
        self.subject = subject
        self.verdict = verdict
    }
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

    /// Which money moves.
    package enum Movement: Sendable, Hashable {
        /// The account pays the merchant.
        case accountPurchase
        /// The card's own purse pays the merchant. The evidence is there as soon as the card was asked for money.
        case pursePurchase(EvidenceBytes?)
        /// The account fills the card's own purse.
        case purseLoad(EvidenceBytes?)
        /// The merchant gives back what an earlier purchase took, or a part of it: a decision about a known sale. At
        /// most the sale's amount over all of its corrections. It goes to the account that paid, or to the account of
        /// the card whose own purse paid.
        case refund(of: TransactionID)
        /// The merchant gives back the whole of the lane's last sale, just after it.
        case void(of: TransactionID)

        /// What the card gave, and was given.
        package var evidence: EvidenceBytes? {
            switch self {
            case .accountPurchase, .refund, .void: nil
            case .pursePurchase(let evidence), .purseLoad(let evidence): evidence
            }
        }

        /// The sale that a refund or a void corrects.
        package var corrects: TransactionID? {
            switch self {
            case .refund(let sale), .void(let sale): sale
            case .accountPurchase, .pursePurchase, .purseLoad: nil
            }
        }

        /// The same movement with other evidence.
        package func with(_ evidence: EvidenceBytes?) -> Movement {
            switch self {
            case .accountPurchase, .refund, .void: self
            case .pursePurchase: .pursePurchase(evidence)
            case .purseLoad: .purseLoad(evidence)
            }
        }
    }

    /// The sale that the record is about, or the load of a purse; a void has none. The record that resolves an
    /// unknown one repeats it.
    package struct Sale: Sendable, Hashable {
        package var movement: Movement
        package var amount: Amount
        /// The part of `amount` that the account's subsidy purse pays or gets back; the rest is cash. From zero to
        /// `amount`, and zero where a card's own purse is concerned.
        package var subsidy: Amount
        package var payer: Payer
        /// The account that pays, or gets money back; `nil` when a declined payer could not be matched to one, and when
        /// a purse pays.
        package var account: AccountID?
        package var merchant: MerchantID
        package var lane: LaneID
        package var path: AuthorizationPath

        package init(
            movement: Movement = .accountPurchase, amount: Amount, subsidy: Amount = .zero, payer: Payer,
            account: AccountID?, merchant: MerchantID, lane: LaneID, path: AuthorizationPath
        ) {
            self.movement = movement
            self.amount = amount
            self.subsidy = subsidy
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
        invariant(Self.isWellFormed(outcome, sale), "a record has the parts that its outcome needs")
        self.sequence = sequence
        self.transaction = transaction
        self.outcome = outcome
        self.sale = sale
        self.decidedAt = decidedAt
        self.replicaCursor = replicaCursor
    }

    /// Whether a record with this outcome may be about this sale, or about none.
    package static func isWellFormed(_ outcome: Outcome, _ sale: Sale?) -> Bool {
        guard let sale else { return outcome == .voided }
        guard sale.isPlausible else { return false }
        switch outcome {
        case .voided: return false
        case .declined: return true
        case .approved: return sale.isComplete
        case .unknown, .resolved: return sale.isComplete && sale.movement.evidence != nil
        }
    }

    /// What the record counts as sold or loaded; `nil` when it moves no money, or gives money back.
    package var soldAmount: Amount? {
        guard let sale, sale.movement.corrects == nil, posting != nil else { return nil }
        return sale.amount
    }

    /// What the record posts; `nil` when it moves no money, or nobody knows yet.
    package var posting: Posting? {
        switch outcome {
        case .approved: sale?.posting
        case .resolved(let resolution) where resolution.verdict == .happened: sale?.posting
        case .declined, .voided, .unknown, .resolved: nil
        }
    }
}

extension JournalRecord.Sale {
    /// Whether the amount is positive, and the subsidy a part of it that this movement can have.
    fileprivate var isPlausible: Bool {
        guard amount > .zero, subsidy >= .zero, subsidy <= amount else { return false }
        switch movement {
        case .accountPurchase, .refund, .void: return true
        case .pursePurchase, .purseLoad: return subsidy == .zero
        }
    }

    /// Whether everything is there that money needs to move.
    fileprivate var isComplete: Bool {
        switch movement {
        case .accountPurchase, .refund, .void: account != nil
        case .pursePurchase(let evidence): evidence != nil && payer.card != nil
        case .purseLoad(let evidence): evidence != nil && payer.card != nil && account != nil
        }
    }

    fileprivate var posting: Posting? {
        switch (movement, account, payer.card) {
        case (.accountPurchase, let account?, _):
            .purchase(amount, subsidy: subsidy, from: account, to: merchant)
        case (.refund, let account?, _), (.void, let account?, _):
            .refund(amount, subsidy: subsidy, from: merchant, to: account)
        case (.pursePurchase, _, let card?): .pursePurchase(amount, from: card, to: merchant)
        case (.purseLoad, let account?, let card?): .purseLoad(amount, from: account, to: card)
        default: nil
        }
    }
}

extension JournalRecord.Payer {
    /// The presented card; `nil` when a code was shown.
    package var card: CardID? { if case .card(let card, _) = self { card } else { nil } }
}
