import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func setPolicy(_ policy: NewPolicy, now: UnixTime) async throws -> PolicySummary {
        guard let key = signingKey.withLock({ $0 }) else {
            throw HubRefusalError(.notPermittedInThisState, "the hub has no signing key")
        }
        // Also when it failed: somebody may have read it before it was rolled back.
        defer { policyCache.withLock { $0 = nil } }
        return try await write { db in
            let newest = try PolicyRows.newestVersion(db)
            guard case .object(var members) = policy.document else {
                throw HubRefusalError(.policyInvalid, "document: expected an object")
            }
            if members["version"] == nil { members["version"] = .number(Int64(newest) + 1) }
            let document = PolicyNode.object(members)
            let checked: CampusPolicy
            do throws(PolicyError) {
                checked = try CampusPolicy(document)
            } catch {
                throw HubRefusalError(.policyInvalid, error.problems.map(\.description).joined(separator: "; "))
            }
            guard checked.version > newest else {
                throw HubRefusalError(.policyNotNewer, "version: the newest is \(newest)")
            }
            let text = document.canonicalText
            try db.run(
                "INSERT INTO policy (version, document, signature, note, set_at, changed) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    Int64(checked.version), text, try key.signature(of: Array(text.utf8), as: .policy), policy.note,
                    now.milliseconds, try FeedTable.nextChange(db),
                ])
            guard let row = try db.row("SELECT * FROM policy WHERE version = ?", [Int64(checked.version)]) else {
                throw HubStoreError(.damaged, detail: "policy")
            }
            return try PolicyRows.summary(row)
        }
    }

    package func policy() async throws -> PolicySummary {
        try await read { db in
            guard let row = try db.row("SELECT * FROM policy ORDER BY version DESC LIMIT 1") else {
                throw HubRefusalError(.notFound, "no policy has been set yet")
            }
            return try PolicyRows.summary(row)
        }
    }

    package func policies(_ page: PageRequest) async throws -> Page<PolicySummary> {
        let before = try page.numberAfter() ?? Int64.max
        return try await read { db in
            let rows = try db.rows(
                "SELECT * FROM policy WHERE version < ? ORDER BY version DESC LIMIT ?", [before, page.limit + 1])
            return Page(fetched: try rows.map(PolicyRows.summary), limit: page.limit) { String($0.version) }
        }
    }

    package func terms(of account: AccountID, now: UnixTime) async throws -> AccountTermsSummary {
        try await read { db in try self.summary(account, now: now, db) }
    }

    package func setTerms(
        _ terms: AccountTermsChange, of account: AccountID, now: UnixTime
    ) async throws -> AccountTermsSummary {
        try await write { db in
            _ = try AccountTermsRows.terms(of: account, db)
            try AccountTermsRows.make(account, db)
            try db.run(
                """
                UPDATE account_terms SET card_class = ?, single_limit_fen = ?, day_limit_fen = ? WHERE account_id = ?
                """,
                [terms.cardClass.text, terms.singleLimitFen, terms.dayLimitFen, Int64(account.number)])
            try AccountTermsRows.touch(account, db)
            return try self.summary(account, now: now, db)
        }
    }

    package func setPIN(_ pin: PINHash?, of account: AccountID, now: UnixTime) async throws -> AccountTermsSummary {
        try await write { db in
            let known = try AccountTermsRows.terms(of: account, db)
            guard pin != nil || known?.pin != nil else {
                throw HubRefusalError(.notPermittedInThisState, "the account has no PIN")
            }
            try AccountTermsRows.make(account, db)
            if let pin {
                try db.run(
                    "UPDATE account_terms SET pin_salt = ?, pin_hash = ?, pin_iterations = ? WHERE account_id = ?",
                    [Hex.encode(pin.salt), Hex.encode(pin.hash), pin.iterations, Int64(account.number)])
            }
            try db.run(
                "UPDATE account_terms SET pin_version = pin_version + 1, pin_failures = 0 WHERE account_id = ?",
                [Int64(account.number)])
            try AccountTermsRows.touch(account, db)
            return try self.summary(account, now: now, db)
        }
    }

    /// The policy in force at the hub; before the first one there are no rules beside the hub's own.
    func policyInForce(at now: UnixTime, _ db: Database) throws -> CampusPolicy? {
        if let known = policyCache.withLock({ $0 }) { return known.first { $0.validFrom <= now } }
        let all = try PolicyRows.all(db)
        policyCache.withLock { $0 = all }
        return all.first { $0.validFrom <= now }
    }

    private func summary(_ account: AccountID, now: UnixTime, _ db: Database) throws -> AccountTermsSummary {
        let terms = try AccountTermsRows.terms(of: account, db)
        let policy = try policyInForce(at: now, db) ?? CampusPolicy.dayKeeper
        let use = try AccountUseRows.use(of: account, terms: terms, policy: policy, now: now, db)
        return AccountTermsSummary(
            account: account, cardClass: terms?.cardClass ?? .standard, singleLimitFen: terms?.singleLimitFen,
            dayLimitFen: terms?.dayLimitFen, hasPIN: terms?.pin != nil, isPINLocked: terms?.pin?.locked ?? false,
            todayFen: use.today.amount.fen, todayCount: use.today.count)
    }
}

extension CampusPolicy {
    /// Counts days where no policy has been set: China Standard Time, no meals.
    static let dayKeeper = CampusPolicy(bootstrap: .standard, timeZoneOffset: 28_800)
}
