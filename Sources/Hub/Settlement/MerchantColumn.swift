/// Where an entry on a merchant's book stands in day totals and settlements.
enum MerchantColumn: String, CaseIterable {
    case sales, refunds, corrections
    /// The settlement itself: no part of what is settled.
    case settlement

    /// The column of a kind of posting. Adjustments are split further, by what they are for.
    init(_ kind: PostingKind) {
        switch kind {
        case .purchase, .pursePurchase: self = .sales
        case .refund, .void: self = .refunds
        case .settlement, .settlementPayment: self = .settlement
        case .topUp, .debtRecovery, .subsidyGrant, .subsidyExpiry, .purseLoad, .purseReversal, .purseOpening,
            .purseCorrection, .adjustment:
            self = .corrections
        }
    }

    /// SQL for the column of posting `p`.
    static let expression: String = {
        func names(_ column: MerchantColumn) -> String {
            let kinds = PostingKind.allCases.filter { MerchantColumn($0) == column }.map { "'\($0.rawValue)'" }
            return kinds.isEmpty ? "NULL" : kinds.joined(separator: ", ")
        }
        return """
            CASE WHEN p.kind IN (\(names(.sales))) THEN 'sales'
                WHEN p.kind IN (\(names(.settlement))) THEN 'settlement'
                WHEN p.kind IN (\(names(.refunds))) THEN 'refunds'
                WHEN p.kind = 'adjustment' AND (SELECT a.kind FROM adjustment a WHERE a.posting_id = p.id) = 'refund'
                    THEN 'refunds'
                ELSE 'corrections' END
            """
    }()

    /// SQL for counts and sums per column over lines with `place` and `amount_fen`.
    static let sums = [MerchantColumn.sales, .refunds, .corrections].map { column in
        """
        sum(place = '\(column.rawValue)') AS \(column.rawValue)_count,
        sum(CASE WHEN place = '\(column.rawValue)' THEN amount_fen ELSE 0 END) AS \(column.rawValue)_fen
        """
    }.joined(separator: ",\n")
}
