import GRDB
import HubProtocol
import Payments

/// Looks at the purses whose history changed: concludes, follows, lists.
extension RecordEffects {
    /// Examines every touched purse, once all records of the batch are in.
    mutating func examinePurses(_ rules: PurseRules, sheet: inout BookSheet) throws {
        for card in touched { try examine(card, rules, sheet: &sheet) }
    }

    private mutating func examine(_ card: CardID, _ rules: PurseRules, sheet: inout BookSheet) throws {
        if try PurseTable.unknownCount(card, db) > 0 { try conclude(card, sheet: &sheet) }
        let standing = try PurseTable.standing(
            card, books: try sheet.balance(of: .purse(card)), rules, now: now, db)
        // A purse that agreed before, and agrees now, has nothing to mend: the usual case stays cheap.
        let wasListed = try db.exists("SELECT 1 FROM purse WHERE card = ? AND attention = 1", [card.text])
        if wasListed != standing.needsAttention {
            try PursePoints.setAttention(card, standing.needsAttention, db)
        }
        guard let newest = try PurseTable.newest(card, db) else { return }
        func raise(_ kind: ExceptionKind, _ transaction: TransactionID, _ text: String) throws {
            try ExceptionTable.raise(
                HubException(
                    kind, subject: card.text, text: text, transaction: transaction, terminal: transaction.terminal),
                now: now, db)
        }
        for flaw in standing.flaws {
            switch flaw.kind {
            case .recordsMissing:
                try raise(
                    .purseRecordMissing, flaw.transaction,
                    "the card's serials name transactions over \(flaw.difference) that no terminal delivered")
            case .balanceChanged:
                try raise(
                    .purseContradicted, flaw.transaction,
                    "the card's balance changed by \(flaw.difference) without a transaction")
            // Listed when the second transaction came.
            case .forked: break
            }
        }
        switch standing.status {
        case .drifts:
            guard let drift = standing.drift else { return }
            try raise(
                .purseDrift, newest, "the card holds \(drift) more than the books say; see: till-hub purse drift")
        case .agrees:
            try PursePoints.setSettled(card, standing.end, db)
            guard wasListed else { return }
            try mend(card, [.purseDrift])
            if standing.flaws.isEmpty { try mend(card, [.purseRecordMissing, .purseContradicted]) }
        case .waits, .unresolved, .forked, .unchecked: break
        }
    }

    private func mend(_ card: CardID, _ kinds: [ExceptionKind]) throws {
        for kind in kinds {
            try ExceptionTable.close(kind, subject: card.text, note: "card and books agree again", now: now, db)
        }
    }

    /// Settles what the card's other transactions prove.
    private mutating func conclude(_ card: CardID, sheet: inout BookSheet) throws {
        var history = PurseHistory(
            from: try PursePoints.base(card, db), try PurseTable.allMoves(card, db))
        let findings = history.settle()
        for conclusion in findings.conclusions {
            // A conclusion can be settled already when an earlier one of this pass took its place.
            guard let entry = try PurseTable.find(conclusion.transaction, db), entry.state == .unknown else { continue }
            try settle(
                entry, as: conclusion.verdict == .happened ? .happened : .didNotHappen, basis: .card,
                witness: conclusion.witness, sheet: &sheet)
        }
        for contradiction in findings.contradictions {
            try raise(
                .purseContradicted, contradiction.transaction,
                "the card went on after this transaction, and its balance fits neither outcome, or several; see "
                    + "transaction \(contradiction.witness)")
        }
    }
}

extension PurseTable {
    /// How card and books stand, from what is stored.
    static func standing(
        _ card: CardID, books: Amount, _ rules: PurseRules, now: UnixTime, _ db: Database
    ) throws -> PurseStanding {
        let start = try PursePoints.settled(card, db)
        let walk = PurseWalk(
            from: start, try moves(card, from: start, db), lostBefore: now.advanced(by: .zero - rules.missingAfter))
        return PurseStanding(
            walk: walk, books: books, unknownCount: try unknownCount(card, db),
            isReadable: try !hasUnreadable(card, db))
    }

    /// The transaction that was heard of last.
    static func newest(_ card: CardID, _ db: Database) throws -> TransactionID? {
        try db.row("SELECT transaction_id FROM purse_transaction WHERE card = ? ORDER BY id DESC LIMIT 1", [card.text])?
            .transaction("transaction_id")
    }
}
