import GRDB
import HubProtocol
import Payments

/// The purse books, recomputed from records, resolutions and loads.
extension BooksCheck {
    mutating func purses(_ db: Database) throws {
        try purseRecords(db)
        try pursePostings(db)
        try purseBalances(db)
        try resolutions(db)
        try loads(db)
    }

    /// Records about purses and the purse history name the same transactions.
    private mutating func purseRecords(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT t.transaction_id FROM purse_transaction t
            LEFT JOIN record r ON r.transaction_id = t.transaction_id
            WHERE r.outcome IS NOT t.outcome OR r.amount_fen IS NOT t.amount_fen
            UNION ALL
            SELECT r.transaction_id FROM record r
            LEFT JOIN purse_transaction t ON t.transaction_id = r.transaction_id
            WHERE r.outcome = 'unknown' AND t.id IS NULL
            """)
        {
            add("purse transaction \(try row.transaction("transaction_id")) and its record differ")
        }
    }

    /// What happened is posted once, over its amount; what did not is not posted, or was taken back.
    private mutating func pursePostings(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT m.transaction_id FROM purse_move m LEFT JOIN posting p ON p.transaction_id = m.transaction_id
            WHERE m.state = 'happened' AND (p.id IS NULL
                OR p.kind <> CASE m.kind WHEN 'purchase' THEN 'pursePurchase' ELSE 'purseLoad' END
                OR m.amount_fen <> (SELECT max(e.amount_fen) FROM entry e WHERE e.posting_id = p.id)
                OR EXISTS (SELECT 1 FROM posting v WHERE v.reference = 'reversal/' || hex(m.transaction_id)))
            """)
        {
            add("purse transaction \(try row.transaction("transaction_id")) happened and is not posted as it should be")
        }
        for row in try db.rows(
            """
            SELECT p.id FROM posting p LEFT JOIN purse_move m ON m.transaction_id = p.transaction_id
            WHERE p.kind IN ('pursePurchase', 'purseLoad') AND m.state IS NOT 'happened'
                AND NOT EXISTS (SELECT 1 FROM posting v WHERE v.reference = 'reversal/' || hex(p.transaction_id))
            """)
        {
            add("purse posting \(try row.integer("id")) is of a transaction that did not happen")
        }
    }

    /// Opening, corrections and loads, less purchases, are what the books say that a card holds.
    private mutating func purseBalances(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT q.card,
                coalesce((SELECT b.balance_fen FROM book b WHERE b.name = 'purse:' || q.card), 0) AS kept,
                coalesce((SELECT sum(CASE m.kind WHEN 'load' THEN m.amount_fen ELSE -m.amount_fen END)
                    FROM purse_move m WHERE m.card = q.card AND m.state = 'happened'), 0)
                + coalesce((SELECT sum(e.amount_fen) FROM book b JOIN entry e ON e.book_id = b.id
                    JOIN posting p ON p.id = e.posting_id
                    WHERE b.name = 'purse:' || q.card AND p.kind IN ('purseOpening', 'purseCorrection')), 0) AS sum
            FROM purse q WHERE kept <> sum
            """)
        {
            add(
                "a purse is kept at \(try row.amount("kept")), its transactions lead to \(try row.amount("sum"))")
        }
    }

    /// Only unknown transactions are resolved, and a terminal's resolution has its record.
    private mutating func resolutions(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT r.transaction_id FROM purse_resolution r
            LEFT JOIN purse_transaction t ON t.transaction_id = r.transaction_id WHERE t.outcome IS NOT 'unknown'
            UNION ALL
            SELECT s.subject FROM terminal_resolution s
            LEFT JOIN record r ON r.transaction_id = s.transaction_id
            LEFT JOIN purse_transaction t ON t.transaction_id = s.subject
            WHERE r.outcome IS NOT 'resolved' OR t.outcome IS NOT 'unknown'
            """)
        {
            add("transaction \(try row.transaction("transaction_id")) is resolved and was not unknown")
        }
    }

    /// Every grant has its hold, and a grant that was used is captured.
    private mutating func loads(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT l.transaction_id FROM purse_load l LEFT JOIN hold h ON h.transaction_id = l.transaction_id
            LEFT JOIN purse_move m ON m.transaction_id = l.transaction_id
            WHERE h.id IS NULL OR (l.mac2 IS NULL) <> (h.state = 'declined')
                OR (h.state = 'held' AND m.state = 'happened')
                OR (h.state = 'captured' AND m.state IS NOT 'happened' AND NOT EXISTS
                    (SELECT 1 FROM posting v WHERE v.reference = 'reversal/' || hex(l.transaction_id)))
            """)
        {
            add("the load of transaction \(try row.transaction("transaction_id")) and its hold differ")
        }
    }
}
