import GRDB
import HubProtocol
import Payments

/// What refunds and voids do.
extension RecordEffects {
    /// A sale as it is posted, and what was given back of it.
    private struct PostedSale {
        /// Which gets the money back: the one that paid, or the one of the card whose own purse paid.
        var account: AccountID?
        var merchant: MerchantID?
        var amount: Amount
        var subsidy: Amount
        var corrected: Amount
        var correctedSubsidy: Amount
    }

    /// Posts a correction. One that does not fit its sale takes the money from the merchant as well, who gave it up,
    /// and leaves it in suspense for a person. A payment code stays used.
    ///
    /// What a card's own purse paid comes back to the card's account. The card still holds less, as its purse's book
    /// says, so the two go on agreeing; a load brings the money onto the card.
    mutating func correct(_ record: JournalRecord, _ sale: JournalRecord.Sale, sheet: inout BookSheet) throws {
        guard let subject = sale.movement.corrects, let posting = record.posting else { return }
        let kind: PostingKind = if case .void = sale.movement { .void } else { .refund }
        let problem = try contradiction(record, sale, subject)
        let contested = Posting([
            Entry(account: .merchant(sale.merchant), amount: -sale.amount),
            Entry(account: .suspense, amount: sale.amount),
        ])
        _ = try sheet.post(
            problem == nil ? posting : contested, source: .transaction(kind, record.transaction),
            occurredAt: record.decidedAt, postedAt: now)
        try releaseHold(record.transaction)
        guard let problem else { return }
        var finding = HubException(
            .correctionContested, transaction: record.transaction, account: sale.account,
            text: "\(sale.amount) of sale \(subject) was posted to suspense: \(problem)")
        finding.amount = sale.amount
        try ExceptionTable.raise(finding, now: now, db)
    }

    /// Why a correction cannot be posted to the account; `nil` when it can. The sale may stand in an earlier journal of
    /// the terminal.
    private func contradiction(
        _ record: JournalRecord, _ correction: JournalRecord.Sale, _ subject: TransactionID
    ) throws -> String? {
        guard subject.terminal == record.transaction.terminal else { return "the sale is another terminal's" }
        guard let sale = try postedSale(subject) else { return "no such sale is posted" }
        guard sale.merchant == correction.merchant else { return "another merchant sold" }
        guard sale.account == correction.account else {
            return "another account paid, or none that exists, or the card is of another account"
        }
        let total = sale.corrected + correction.amount
        guard total <= sale.amount, sale.correctedSubsidy + correction.subsidy <= sale.subsidy,
            total - sale.correctedSubsidy - correction.subsidy <= sale.amount - sale.subsidy
        else { return "\(sale.corrected) of \(sale.amount) was given back before" }
        if case .void = correction.movement, total != sale.amount || sale.corrected != .zero {
            return "a void is of the whole sale"
        }
        return nil
    }

    private func postedSale(_ transaction: TransactionID) throws -> PostedSale? {
        let entries = try db.rows(
            """
            SELECT b.name, e.amount_fen FROM posting p JOIN entry e ON e.posting_id = p.id
            JOIN book b ON b.id = e.book_id
            WHERE p.transaction_id = ? AND p.kind IN ('purchase', 'pursePurchase')
                AND NOT EXISTS (SELECT 1 FROM posting v WHERE v.reference = 'reversal/' || hex(p.transaction_id))
            """, [transaction.blob])
        guard !entries.isEmpty else { return nil }
        let given = try db.rows(
            """
            SELECT b.name, e.amount_fen FROM record r JOIN posting p ON p.transaction_id = r.transaction_id
            JOIN entry e ON e.posting_id = p.id JOIN book b ON b.id = e.book_id
            WHERE r.corrects = ? AND p.kind IN ('refund', 'void') AND e.amount_fen > 0 AND b.name <> 'suspense'
            """, [transaction.blob])
        var sale = PostedSale(amount: .zero, subsidy: .zero, corrected: .zero, correctedSubsidy: .zero)
        for row in entries {
            let amount = try row.amount("amount_fen")
            switch try row.identifier("name", as: BookAccount.self) {
            case .cardholder(let account): sale.account = account
            case .subsidy(let account):
                sale.account = account
                sale.subsidy -= amount
            case .merchant(let merchant):
                sale.merchant = merchant
                sale.amount += amount
            case .purse(let card):
                sale.account = try db.row("SELECT account_id FROM card WHERE id = ?", [card.text])?
                    .account("account_id")
            case .funding, .suspense, .debt, .settled, .bank, .losses: break
            }
        }
        // What the office gave back counts too: an adjustment and a refund must not both return the whole sale.
        let office = try AdjustmentTable.refunded(transaction, db)
        sale.corrected += office.amount
        sale.correctedSubsidy += office.subsidy
        for row in given {
            let amount = try row.amount("amount_fen")
            sale.corrected += amount
            if case .subsidy = try row.identifier("name", as: BookAccount.self) { sale.correctedSubsidy += amount }
        }
        return sale
    }
}
