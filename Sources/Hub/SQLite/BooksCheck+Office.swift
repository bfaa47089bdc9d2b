import GRDB
import Payments

/// Business days, settlements and adjustments, recomputed from the postings.
extension BooksCheck {
    /// Every posting has its day, and closed days say what their postings say.
    mutating func days(_ db: Database) throws {
        for row in try db.rows(
            "SELECT p.id FROM posting p LEFT JOIN posting_day d ON d.posting_id = p.id WHERE d.posting_id IS NULL")
        {
            add("posting \(try row.integer("id")) has no business day")
        }
        for row in try db.rows(
            """
            SELECT b.day, b.posting_count, count(d.posting_id) AS postings FROM business_day b
            LEFT JOIN posting_day d ON d.day = b.day GROUP BY b.day HAVING postings <> b.posting_count
            """)
        {
            add(
                "closed business day \(try row.businessDay("day")) has another number of postings than when it was "
                    + "closed")
        }
        for row in try db.rows(
            """
            SELECT s.merchant, s.day, s.net, coalesce(m.sales_fen + m.refunds_fen + m.corrections_fen, 0) AS kept
            FROM (SELECT substr(b.name, 10) AS merchant, d.day, sum(e.amount_fen) AS net
                FROM book b JOIN entry e ON e.book_id = b.id JOIN posting p ON p.id = e.posting_id
                JOIN posting_day d ON d.posting_id = p.id JOIN business_day c ON c.day = d.day
                WHERE b.name LIKE 'merchant:%' AND p.kind <> 'settlement' GROUP BY b.id, d.day) AS s
            LEFT JOIN merchant_day m ON m.merchant = s.merchant AND m.day = s.day WHERE s.net <> kept
            """)
        {
            add(
                "closed business day \(try row.businessDay("day")) of merchant \(try row.text("merchant")) says "
                    + "\(try row.amount("kept")), its postings say \(try row.amount("net"))")
        }
    }

    /// Settlements sum their days and are posted once; adjustments are posted as they were approved.
    mutating func office(_ db: Database) throws {
        for row in try db.rows(
            """
            SELECT s.id FROM settlement s LEFT JOIN entry e ON e.posting_id = s.posting_id AND e.amount_fen > 0
            WHERE s.state <> 'cancelled' AND ((SELECT coalesce(sum(m.sales_fen + m.refunds_fen + m.corrections_fen), 0)
                    FROM merchant_day m WHERE m.merchant = s.merchant AND m.day BETWEEN s.from_day AND s.through_day)
                    <> s.sales_fen + s.refunds_fen + s.corrections_fen
                OR (s.state IN ('confirmed', 'paid') AND coalesce(e.amount_fen, 0)
                    <> max(0, s.sales_fen + s.refunds_fen + s.corrections_fen + s.carried_fen)))
            """)
        {
            add("settlement \(try row.integer("id")) does not say what its days say")
        }
        for row in try db.rows(
            """
            SELECT p.id FROM posting p LEFT JOIN settlement s ON s.posting_id = p.id OR s.payment_posting_id = p.id
            WHERE p.kind IN ('settlement', 'settlementPayment') AND s.id IS NULL
            UNION ALL
            SELECT p.id FROM posting p LEFT JOIN adjustment a ON a.posting_id = p.id
            WHERE p.kind = 'adjustment' AND (a.id IS NULL OR a.amount_fen <> (SELECT sum(e.amount_fen) FROM entry e
                WHERE e.posting_id = p.id AND e.amount_fen > 0))
            """)
        {
            add("posting \(try row.integer("id")) of the office has no settlement or adjustment that agrees")
        }
    }
}
