import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func grantSubsidy(
        _ grant: SubsidyGrant, to account: AccountID, now: UnixTime
    ) async throws -> SubsidyReceipt {
        let end = UnixTime(milliseconds: grant.endsAtMilliseconds)
        guard end > now else { throw HubRefusalError(.malformedRequest, "endsAtMilliseconds: in the future") }
        return try await write { db in
            let purse = try Self.subsidy(of: account, db)
            if let repeated = try Self.repeated(grant.reference, .subsidyGrant, account, purse, db) { return repeated }
            if let old = purse.end, old != end, purse.balance != .zero {
                throw HubRefusalError(
                    .notPermittedInThisState, "what is left of the earlier subsidy must expire first")
            }
            try AccountTermsRows.make(account, db)
            try db.run(
                "UPDATE account_terms SET subsidy_ends_at = ? WHERE account_id = ?",
                [end.milliseconds, Int64(account.number)])
            let amount = Amount(fen: grant.amountFen)
            return try BookSheet.write(db) { sheet in
                _ = try sheet.post(
                    Posting([
                        Entry(account: .funding, amount: -amount), Entry(account: .subsidy(account), amount: amount),
                    ]), source: .reference(.subsidyGrant, grant.reference), occurredAt: now, postedAt: now)
                return SubsidyReceipt(
                    account: account, postedFen: amount.fen,
                    subsidyFen: try sheet.balance(of: .subsidy(account)).fen, endsAtMilliseconds: end.milliseconds,
                    repeated: false)
            }
        }
    }

    package func expireSubsidy(
        _ expiry: SubsidyExpiry, of account: AccountID, now: UnixTime
    ) async throws -> SubsidyReceipt {
        try await write { db in
            let purse = try Self.subsidy(of: account, db)
            if let repeated = try Self.repeated(expiry.reference, .subsidyExpiry, account, purse, db) {
                return repeated
            }
            guard let end = purse.end, end <= now else {
                throw HubRefusalError(.notPermittedInThisState, "the subsidy has not ended")
            }
            guard purse.balance != .zero else {
                throw HubRefusalError(.notPermittedInThisState, "nothing is left of the subsidy")
            }
            try self.storeContacts(db)
            // A terminal asks for changes when it has delivered everything; a hold, or one batch of many, says less.
            let silent = try db.integer(
                "SELECT count(*) FROM terminal WHERE enabled = 1 AND coalesce(level_at, 0) < ?",
                [end.advanced(by: HubLimits.subsidyGrace).milliseconds])
            guard silent == 0 else {
                throw HubRefusalError(
                    .notPermittedInThisState,
                    "\(silent) terminals have not delivered everything since the subsidy ended and may hold sales that "
                        + "spend it")
            }
            return try BookSheet.write(db) { sheet in
                let other: BookAccount = purse.balance > .zero ? .funding : .cardholder(account)
                _ = try sheet.post(
                    Posting([
                        Entry(account: .subsidy(account), amount: -purse.balance),
                        Entry(account: other, amount: purse.balance),
                    ]), source: .reference(.subsidyExpiry, expiry.reference), occurredAt: now, postedAt: now)
                return SubsidyReceipt(
                    account: account, postedFen: -purse.balance.fen, subsidyFen: 0,
                    endsAtMilliseconds: end.milliseconds, repeated: false)
            }
        }
    }

    /// The subsidy purse of an account that exists.
    static func subsidy(of account: AccountID, _ db: Database) throws -> (balance: Amount, end: UnixTime?) {
        let row = try db.row(
            """
            SELECT coalesce(s.balance_fen, 0) AS balance_fen, t.subsidy_ends_at FROM account a
            LEFT JOIN book s ON s.name = 'subsidy:' || a.id LEFT JOIN account_terms t ON t.account_id = a.id
            WHERE a.id = ?
            """, [Int64(account.number)])
        guard let row else { throw HubRefusalError(.notFound, "no such account") }
        return (try row.amount("balance_fen"), try AccountTermsRows.subsidyEnd(row))
    }

    /// The answer to a reference that was posted before.
    private static func repeated(
        _ reference: String, _ kind: PostingKind, _ account: AccountID, _ purse: (balance: Amount, end: UnixTime?),
        _ db: Database
    ) throws -> SubsidyReceipt? {
        let row = try db.row(
            """
            SELECT p.kind, e.amount_fen FROM posting p
            LEFT JOIN entry e ON e.posting_id = p.id
                AND e.book_id = (SELECT id FROM book WHERE name = ?)
            WHERE p.reference = ?
            """, [BookAccount.subsidy(account).text, reference])
        guard let row else { return nil }
        guard try row.text("kind") == kind.rawValue, let posted = row.optionalInteger("amount_fen") else {
            throw HubRefusalError(.alreadyExists, "the reference was used before for something else")
        }
        return SubsidyReceipt(
            account: account, postedFen: posted, subsidyFen: purse.balance.fen,
            endsAtMilliseconds: purse.end?.milliseconds, repeated: true)
    }
}
