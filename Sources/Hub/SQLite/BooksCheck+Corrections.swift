import GRDB

extension BooksCheck {
    /// What went back to accounts is never more than the sale took, and always of a sale.
    mutating func corrections(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT r.corrects, sum(e.amount_fen) AS given,
                (SELECT sum(s.amount_fen) FROM posting o JOIN entry s ON s.posting_id = o.id
                 WHERE o.transaction_id = r.corrects AND o.kind = 'purchase' AND s.amount_fen > 0) AS sold
            FROM record r JOIN posting p ON p.transaction_id = r.transaction_id
            JOIN entry e ON e.posting_id = p.id JOIN book b ON b.id = e.book_id
            WHERE r.corrects IS NOT NULL AND e.amount_fen > 0 AND b.name <> 'suspense'
            GROUP BY r.corrects HAVING sold IS NULL OR given > sold
            """)
        {
            add("\(try row.amount("given")) was given back of transaction \(try row.transaction("corrects")): too much")
        }
    }
}
