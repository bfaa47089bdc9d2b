import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func placeHold(
        _ request: HoldTerms, _ said: HoldCircumstances, terminal: TerminalID, rules: HoldRules, now: UnixTime
    ) async throws -> HoldVerdict {
        try await write(.payerWaits) { db in
            try Self.checkOwner(request.transaction, terminal: terminal, db)
            if let stored = try HoldTable.find(request.transaction, db) {
                guard stored.terms == request, try !LoadTable.exists(request.transaction, db) else {
                    throw HubRefusalError(
                        .transactionReused, "transaction: used before for another hold")
                }
                return stored.verdict
            }
            let verdict: HoldVerdict
            if try db.exists("SELECT 1 FROM record WHERE transaction_id = ?", [request.transaction.blob]) {
                verdict = .declined(.transactionVoided)
            } else {
                var facts = try Self.facts(request, terminal: terminal, rules: rules, now: now, db)
                facts.policy = try self.policyFacts(facts.account?.id, now: now, db)
                verdict = rules.verdict(request, facts: facts, said: said, now: now)
                if let account = facts.account?.id, facts.policy?.isPINProven(said) == true {
                    try AccountTermsRows.clearPINFailures(of: account, db)
                }
            }
            try HoldTable.insert(request, verdict: verdict, now: now, db)
            try Self.storeContact(terminal, now: now, db)
            return verdict
        }
    }

    package func holds(
        account: AccountID?, activeOnly: Bool, _ page: PageRequest
    ) async throws -> Page<HoldSummary> {
        let before = try page.numberAfter() ?? Int64.max
        return try await read { db in
            var conditions = ["id < ?"]
            var arguments: StatementArguments = [before]
            if let account {
                conditions.append("account_id = ?")
                arguments += [Int64(account.number)]
            }
            if activeOnly { conditions.append("state = 'held'") }
            arguments += [page.limit + 1]
            let rows = try db.rows(
                "SELECT * FROM hold WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?", arguments)
            let last = rows.count > page.limit ? String(try rows[page.limit - 1].integer("id")) : nil
            return Page(items: try rows.prefix(page.limit).map(HoldTable.summary), next: last)
        }
    }

    /// Refuses a transaction of another terminal or of another journal than the registered one.
    static func checkOwner(_ transaction: TransactionID, terminal: TerminalID, _ db: Database) throws {
        guard transaction.terminal == terminal else {
            throw HubRefusalError(.terminalNotPermitted, "transaction: not of the terminal that asks")
        }
        let journal = try JournalTable.current(of: terminal, db)
        guard journal?.journal == transaction.journal else {
            throw HubRefusalError(.journalUnknown, "transaction: not of the journal that the terminal registered")
        }
    }

    static func facts(
        _ request: HoldTerms, terminal: TerminalID, rules: HoldRules, now: UnixTime, _ db: Database
    ) throws -> HoldFacts {
        // First, because an expired hold bars neither its money nor its code.
        try HoldTable.expire(createdBefore: now.advanced(by: .zero - rules.lifetime), now: now, db)
        let (payer, owner) = try payer(request, db)
        return HoldFacts(
            payer: payer, account: try owner.flatMap { try account($0, db) },
            merchantPermitted: try isPermitted(request.merchant, terminal: terminal, db))
    }

    /// What the campus policy asks about an account.
    func policyFacts(_ account: AccountID?, now: UnixTime, _ db: Database) throws -> HoldFacts.Policy? {
        guard let account else { return nil }
        let told = try AccountTermsRows.terms(of: account, db)
        let delivered = try policyInForce(at: now, db)
        guard let policy = delivered ?? (told == nil ? nil : CampusPolicy.dayKeeper) else { return nil }
        let purse = try Self.subsidy(of: account, db)
        let use = try AccountUseRows.use(of: account, terms: told, policy: policy, now: now, db)
        let terms = AccountTerms(
            cardClass: told?.cardClass ?? .standard, limits: told?.limits ?? SpendingLimits(),
            hasPIN: told?.pin != nil, isPINLocked: told?.pin?.locked ?? false)
        let held = try HoldTable.held(account, db).subsidy
        return HoldFacts.Policy(
            policy: policy, terms: terms, pinVersion: told?.pin?.version, today: use.today, meal: use.meal,
            subsidy: SubsidyBalance(available: purse.balance - held, expiresAt: purse.end))
    }

    static func isPermitted(_ merchant: MerchantID, terminal: TerminalID, _ db: Database) throws -> Bool {
        try db.exists(
            "SELECT 1 FROM terminal_merchant WHERE terminal = ? AND merchant = ?", [terminal.text, merchant.text])
    }

    /// What is known of the presented card or code, and the account behind it.
    private static func payer(
        _ request: HoldTerms, _ db: Database
    ) throws -> (HoldFacts.Payer, AccountID?) {
        switch request.payer {
        case .card(let id, _):
            let row = try db.row("SELECT account_id, status FROM card WHERE id = ?", [id.text])
            let listed = try db.row("SELECT reason FROM hot_list WHERE card = ?", [id.text])
            let card = HoldFacts.Card(
                hotListed: try listed?.optionalReason("reason"), status: try row?.choice("status"),
                account: try row?.account("account_id"))
            return (.card(card), card.account)
        case .code(let reference):
            guard let row = try CodeTable.issued(reference, db) else { return (.code(nil), nil) }
            let account = try row.account("account_id")
            let redeemer = try CodeTable.redeemer(reference, db)
            let used =
                try (redeemer != nil && redeemer != request.transaction)
                || CodeTable.isHeld(reference, except: request.transaction, db)
            let code = HoldFacts.Code(
                account: account, limit: try row.amount("limit_fen"), expiresAt: try row.time("expires_at"), used: used)
            return (.code(code), account)
        }
    }

    private static func account(_ id: AccountID, _ db: Database) throws -> HoldFacts.Account? {
        let row = try db.row(
            "SELECT a.status, b.balance_fen FROM account a JOIN book b ON b.id = a.book_id WHERE a.id = ?",
            [Int64(id.number)])
        guard let row else { return nil }
        return HoldFacts.Account(
            id: id, status: try row.choice("status"), balance: try row.amount("balance_fen"),
            held: try HoldTable.held(id, db).cash)
    }
}
