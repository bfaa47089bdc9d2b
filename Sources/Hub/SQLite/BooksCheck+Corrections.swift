import GRDB

extension BooksCheck {
    /// What went back to accounts is never more than the sale took, and always of a sale.
    mutating func corrections(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT g.sale, sum(g.amount_fen) AS given,
                (SELECT sum(s.amount_fen) FROM posting o JOIN entry s ON s.posting_id = o.id
                 WHERE o.transaction_id = g.sale AND o.kind IN ('purchase', 'pursePurchase')
                    AND s.amount_fen > 0) AS sold
            FROM (SELECT r.corrects AS sale, e.amount_fen FROM record r
                    JOIN posting p ON p.transaction_id = r.transaction_id
                    JOIN entry e ON e.posting_id = p.id JOIN book b ON b.id = e.book_id
                    WHERE r.corrects IS NOT NULL AND e.amount_fen > 0 AND b.name <> 'suspense'
                UNION ALL
                SELECT a.transaction_id, a.amount_fen FROM adjustment a
                    WHERE a.kind = 'refund' AND a.state = 'approved' AND a.transaction_id IS NOT NULL) AS g
            GROUP BY g.sale HAVING sold IS NULL OR given > sold
            """)
        {
            add("\(try row.amount("given")) was given back of transaction \(try row.transaction("sale")): too much")
        }
    }
}
