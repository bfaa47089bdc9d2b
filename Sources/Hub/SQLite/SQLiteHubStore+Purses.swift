import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func purses(_ filter: PurseFilter, _ page: PageRequest, now: UnixTime) async throws -> Page<PurseSummary> {
        try await read { [purses] db in
            let condition = filter == .drift ? "AND attention = 1" : ""
            let rows = try db.rows(
                "SELECT card FROM purse WHERE card > ? \(condition) ORDER BY card LIMIT ?",
                [page.after ?? "", page.limit + 1])
            let items = try rows.map { try Self.summary(try $0.identifier("card"), purses, now: now, db) }
            return Page(fetched: items, limit: page.limit) { $0.card.text }
        }
    }

    package func purse(_ card: CardID, now: UnixTime) async throws -> PurseSummary {
        try await read { [purses] db in
            try Self.requirePurse(card, db)
            return try Self.summary(card, purses, now: now, db)
        }
    }

    package func purseTransactions(
        _ card: CardID, _ kind: PurseMoveKind, _ page: PageRequest
    ) async throws -> Page<PurseTransactionSummary> {
        let (serial, id) = try page.afterSerial()
        return try await read { db in
            try Self.requirePurse(card, db)
            let rows = try db.rows(
                """
                SELECT * FROM purse_move WHERE card = ? AND kind = ? AND (coalesce(serial, -1), id) < (?, ?)
                ORDER BY coalesce(serial, -1) DESC, id DESC LIMIT ?
                """, [card.text, kind.rawValue, serial, id, page.limit + 1])
            let items = try rows.prefix(page.limit).map { PurseTransactionSummary(try PurseTable.entry($0)) }
            guard rows.count > page.limit else { return Page(items: items) }
            let last = rows[page.limit - 1]
            return Page(items: items, next: "\(last.optionalInteger("serial") ?? -1).\(try last.integer("id"))")
        }
    }

    package func purseTransaction(_ transaction: TransactionID) async throws -> PurseTransactionSummary {
        try await read { db in PurseTransactionSummary(try Self.entry(transaction, db)) }
    }

    package func openPurse(_ card: CardID, balance: Amount, now: UnixTime) async throws -> PurseReceipt {
        try await write { [purses] db in
            let reference = "opening/\(card.text)"
            if let posted = try Self.posted(reference, card, db) {
                guard posted.amount == balance else {
                    throw HubRefusalError(.alreadyExists, "the purse was opened with another balance")
                }
                return PurseReceipt(
                    posting: posted.posting, card: card, reference: reference, beforeFen: 0, afterFen: balance.fen,
                    repeated: true)
            }
            guard try !db.exists("SELECT 1 FROM purse_correction WHERE card = ?", [card.text]) else {
                throw HubRefusalError(
                    .notPermittedInThisState, "the purse was corrected before, which took the place of an opening")
            }
            try PurseTable.open(card, now: now, db)
            return try Self.adjust(
                card, by: balance, from: .funding, source: .reference(.purseOpening, reference),
                base: PursePoint(offline: 0, online: 0, balance: balance), purses, now: now, db)
        }
    }

    package func correctPurse(
        _ card: CardID, _ correction: PurseCorrection, now: UnixTime
    ) async throws -> PurseReceipt {
        try await write { [purses] db in
            try Self.requirePurse(card, db)
            if let posted = try Self.posted(correction.reference, card, db),
                let row = try db.row(
                    "SELECT books_before_fen, shown_fen FROM purse_correction WHERE posting_id = ?", [posted.posting])
            {
                return PurseReceipt(
                    posting: posted.posting, card: card, reference: correction.reference,
                    beforeFen: try row.integer("books_before_fen"), afterFen: try row.integer("shown_fen"),
                    repeated: true)
            }
            let standing = try Self.standing(card, purses, now: now, db)
            guard standing.unknownCount == 0 else {
                throw HubRefusalError(.notPermittedInThisState, "outcomes of this card are unknown; resolve them first")
            }
            guard let drift = standing.drift else {
                throw HubRefusalError(.notPermittedInThisState, "the purse has no drift to correct")
            }
            guard standing.driftReference(card) == correction.reference else {
                throw HubRefusalError(.notPermittedInThisState, "reference: the drift is another one by now")
            }
            let receipt = try Self.adjust(
                card, by: drift, from: .suspense, source: .reference(.purseCorrection, correction.reference),
                base: standing.end, purses, now: now, db)
            try db.run(
                """
                INSERT INTO purse_correction (posting_id, card, books_before_fen, shown_fen, note)
                VALUES (?, ?, ?, ?, ?)
                """, [receipt.posting, card.text, receipt.beforeFen, receipt.afterFen, correction.note])
            return receipt
        }
    }

    package func resolvePurseTransaction(
        _ transaction: TransactionID, _ resolution: PurseResolution, now: UnixTime
    ) async throws -> PurseTransactionSummary {
        try await write { [purses] db in
            let entry = try Self.entry(transaction, db)
            let state: PurseMoveState = resolution.verdict == .happened ? .happened : .didNotHappen
            if entry.state == state { return PurseTransactionSummary(entry) }
            guard entry.state == .unknown else {
                throw HubRefusalError(.notPermittedInThisState, "the outcome is known: \(entry.state.rawValue)")
            }
            var effects = RecordEffects(now: now, db)
            try BookSheet.write(db) { sheet in
                try effects.settle(entry, as: state, basis: .person, note: resolution.note, sheet: &sheet)
                try effects.examinePurses(purses, sheet: &sheet)
            }
            return PurseTransactionSummary(try Self.entry(transaction, db))
        }
    }

    /// Posts money into or out of a purse and starts its history anew from `base`.
    private static func adjust(
        _ card: CardID, by amount: Amount, from account: BookAccount, source: BookSheet.Source, base: PursePoint,
        _ rules: PurseRules, now: UnixTime, _ db: Database
    ) throws -> PurseReceipt {
        guard case .reference(_, let reference) = source else {
            throw HubStoreError(.writeFailed, detail: "adjustment without reference")
        }
        var effects = RecordEffects(now: now, db)
        return try BookSheet.write(db) { sheet in
            let before = try sheet.balance(of: .purse(card))
            let posting = try sheet.post(
                Posting([Entry(account: account, amount: -amount), Entry(account: .purse(card), amount: amount)]),
                source: source, occurredAt: now, postedAt: now)
            try PursePoints.setBase(card, base, db)
            effects.touch(card)
            try effects.examinePurses(rules, sheet: &sheet)
            return PurseReceipt(
                posting: posting, card: card, reference: reference, beforeFen: before.fen,
                afterFen: (before + amount).fen, repeated: false)
        }
    }

    private static func posted(
        _ reference: String, _ card: CardID, _ db: Database
    ) throws -> (posting: Int64, amount: Amount)? {
        let row = try db.row(
            """
            SELECT p.id, e.amount_fen FROM posting p JOIN entry e ON e.posting_id = p.id JOIN book b ON b.id = e.book_id
            WHERE p.reference = ? AND b.name = ?
            """, [reference, BookAccount.purse(card).text])
        guard let row else { return nil }
        return (try row.integer("id"), try row.amount("amount_fen"))
    }

    private static func entry(_ transaction: TransactionID, _ db: Database) throws -> PurseEntry {
        guard let entry = try PurseTable.find(transaction, db) else {
            throw HubRefusalError(.notFound, "no such purse transaction")
        }
        return entry
    }

    private static func requirePurse(_ card: CardID, _ db: Database) throws {
        guard try db.exists("SELECT 1 FROM purse WHERE card = ?", [card.text]) else {
            throw HubRefusalError(.notFound, "nothing is known of a purse of this card")
        }
    }

    private static func standing(
        _ card: CardID, _ rules: PurseRules, now: UnixTime, _ db: Database
    ) throws -> PurseStanding {
        let book = try db.row("SELECT balance_fen FROM book WHERE name = ?", [BookAccount.purse(card).text])
        return try PurseTable.standing(card, books: try book?.amount("balance_fen") ?? .zero, rules, now: now, db)
    }

    private static func summary(
        _ card: CardID, _ rules: PurseRules, now: UnixTime, _ db: Database
    ) throws -> PurseSummary {
        let owner = try db.row("SELECT account_id FROM card WHERE id = ?", [card.text])
        return PurseSummary(
            card, account: try owner?.account("account_id"), standing: try standing(card, rules, now: now, db),
            wasOpened: try posted("opening/\(card.text)", card, db) != nil)
    }
}

extension PageRequest {
    /// The cursor of a list that is ordered by a card's serials; the start when there is none.
    fileprivate func afterSerial() throws(HubRefusalError) -> (serial: Int64, id: Int64) {
        guard let after else { return (Int64.max, Int64.max) }
        let parts = after.split(separator: ".")
        guard parts.count == 2, let serial = Int64(parts[0]), let id = Int64(parts[1]) else {
            throw HubRefusalError(.malformedRequest, "after: not a cursor")
        }
        return (serial, id)
    }
}
