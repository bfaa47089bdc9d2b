import GRDB
import HubProtocol
import Payments

/// What the new records of one batch do: postings, holds, codes, exceptions.
struct RecordEffects {
    let now: UnixTime
    let db: Database
    // A batch asks the same few things again and again.
    private var accounts: [AccountID: Bool] = [:]
    private var merchants: [Selling: (exists: Bool, permitted: Bool)] = [:]
    /// Approved sales so far, and their sum.
    private(set) var approvedCount = 0
    private(set) var approved = Amount.zero
    /// The purses whose history changed, in order.
    private(set) var touched: [CardID] = []

    private struct Selling: Hashable {
        var merchant: MerchantID
        var terminal: TerminalID
    }

    /// By which day and meal sales are counted.
    private let policy: CampusPolicy

    init(now: UnixTime, policy: CampusPolicy = .dayKeeper, _ db: Database) {
        self.policy = policy
        self.now = now
        self.db = db
    }

    /// Applies one record that was just stored.
    ///
    /// - Parameter reading: of its evidence; present when a purse's money moves.
    mutating func apply(_ record: JournalRecord, reading: PurseReading?, sheet: inout BookSheet) throws {
        // What moves money by the terminal's word: approved, or resolved as having happened.
        if let amount = record.soldAmount {
            approvedCount += 1
            approved += amount
        }
        switch (record.outcome, record.sale, reading) {
        case (.approved, let sale?, let reading?):
            try approve(record, sale, reading: reading, sheet: &sheet)
        case (.approved, let sale?, nil) where sale.movement.corrects != nil:
            try correct(record, sale, sheet: &sheet)
        case (.approved, let sale?, nil):
            if let account = sale.account { try sell(record, sale, account: account, sheet: &sheet) }
        case (.unknown, let sale?, let reading?):
            try keepOpen(record, sale, reading: reading, sheet: &sheet)
        case (.resolved(let resolution), let sale?, let reading?):
            try resolve(record, resolution, sale, reading: reading, sheet: &sheet)
        case (.declined(.pinWrong), let sale?, nil):
            if let account = sale.account, try accountExists(account) {
                try AccountTermsRows.countWrongPIN(of: account, db)
            }
            try releaseHold(record.transaction)
        default:
            try releaseHold(record.transaction)
        }
    }

    /// A sale that an account pays.
    private mutating func sell(
        _ record: JournalRecord, _ sale: JournalRecord.Sale, account: AccountID, sheet: inout BookSheet
    ) throws {
        let hold = try HoldTable.find(record.transaction, db)
        let exists = try accountExists(account)
        let merchant = try merchant(sale.merchant, terminal: record.transaction.terminal)
        _ = try sheet.post(
            Self.posting(sale, account: exists ? account : nil), source: .transaction(.purchase, record.transaction),
            occurredAt: record.decidedAt, postedAt: now)
        if exists {
            try AccountUseRows.add(
                sale.amount, subsidy: sale.subsidy, account: account, at: record.decidedAt, policy: policy, db)
        }
        if hold?.state == .held { try HoldTable.resolve(record.transaction, as: .captured, now: now, db) }
        let facts = RecordFacts(
            accountExists: exists, merchantExists: merchant.exists, merchantPermitted: merchant.permitted,
            hold: hold.map(Self.holdFacts), code: try redeemCode(sale, transaction: record.transaction),
            balance: exists ? try sheet.balance(of: .cardholder(account)) : .zero)
        for finding in RecordReview.findings(record.transaction, sale: sale, account: account, facts: facts) {
            try ExceptionTable.raise(finding, now: now, db)
        }
        try reviewMakeUpDebit(record.transaction)
    }

    /// Releases the transaction's hold if it has an active one.
    func releaseHold(_ transaction: TransactionID) throws {
        guard try HoldTable.find(transaction, db)?.state == .held else { return }
        try HoldTable.resolve(transaction, as: .released, now: now, db)
    }

    mutating func touch(_ card: CardID) {
        if !touched.contains(card) { touched.append(card) }
    }

    mutating func accountExists(_ account: AccountID) throws -> Bool {
        if let known = accounts[account] { return known }
        let exists = try db.exists("SELECT 1 FROM account WHERE id = ?", [Int64(account.number)])
        accounts[account] = exists
        return exists
    }

    mutating func merchant(
        _ merchant: MerchantID, terminal: TerminalID
    ) throws -> (exists: Bool, permitted: Bool) {
        let selling = Selling(merchant: merchant, terminal: terminal)
        if let known = merchants[selling] { return known }
        let facts = (
            exists: try db.exists("SELECT 1 FROM merchant WHERE id = ?", [merchant.text]),
            permitted: try SQLiteHubStore.isPermitted(merchant, terminal: terminal, db)
        )
        merchants[selling] = facts
        return facts
    }

    /// A sale on an account that does not exist waits in suspense: the merchant sold, and gets the money.
    private static func posting(_ sale: JournalRecord.Sale, account: AccountID?) -> Posting {
        if let account { return .purchase(sale.amount, subsidy: sale.subsidy, from: account, to: sale.merchant) }
        return Posting([
            Entry(account: .suspense, amount: -sale.amount),
            Entry(account: .merchant(sale.merchant), amount: sale.amount),
        ])
    }

    static func holdFacts(_ hold: HoldTable.Stored) -> RecordFacts.Hold {
        guard case .held(let account, _, let subsidy) = hold.verdict else {
            return RecordFacts.Hold(state: hold.state, amount: hold.terms.amount)
        }
        return RecordFacts.Hold(state: hold.state, amount: hold.terms.amount, account: account, subsidy: subsidy)
    }

    /// Redeems the sale's code unless another transaction did before; `nil` when a card paid.
    private func redeemCode(
        _ sale: JournalRecord.Sale, transaction: TransactionID
    ) throws -> RecordFacts.Code? {
        guard case .code(let reference) = sale.payer else { return nil }
        let redeemer = try CodeTable.redeemer(reference, db)
        if redeemer == nil { try CodeTable.redeem(reference, transaction: transaction, now: now, db) }
        let issued = try CodeTable.issued(reference, db).map { row in
            RecordFacts.Code.Issued(account: try row.account("account_id"), limit: try row.amount("limit_fen"))
        }
        return RecordFacts.Code(issued: issued, redeemedBy: redeemer)
    }
}
