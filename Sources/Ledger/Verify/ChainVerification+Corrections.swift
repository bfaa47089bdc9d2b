import GRDB
import Payments

extension ChainVerification {
    /// A correction is of a sale that happened, of the same payer and merchant, and all of them together of no more
    /// than it took.
    mutating func checkCorrection(_ record: JournalRecord, _ database: Database) throws {
        guard record.posting != nil, let correction = record.sale, let subject = correction.movement.corrects else {
            return
        }
        guard let sale = try CorrectionTable.sale(database, subject, in: name),
            sale.sequence < record.sequence, try CorrectionTable.verdict(database, sale) == .happened,
            let sold = sale.sale,
            sold.isGivenBack(by: correction)
        else { return note("record \(record.sequence) corrects what was not sold") }
        let corrected = try CorrectionTable.corrected(database, subject)
        if corrected.amount > sold.amount || corrected.subsidy > sold.subsidy {
            note("more was given back of record \(sale.sequence) than it took")
        }
    }

    /// Every reference leads to a correction.
    mutating func checkReferences(_ database: Database) throws {
        let strays = try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM correction c LEFT JOIN journal j ON j.sequence = c.sequence
                WHERE j.corrects IS NULL OR j.outcome <> 1
                """)
        if strays != 0 { note("a reference leads to a record that corrects nothing") }
    }
}

extension JournalRecord.Sale {
    /// Whether a refund or void of this sale can say that.
    fileprivate func isGivenBack(by correction: JournalRecord.Sale) -> Bool {
        guard merchant == correction.merchant else { return false }
        switch movement {
        case .accountPurchase: return account == correction.account
        case .pursePurchase: return payer.card == correction.payer.card
        case .purseLoad, .refund, .void: return false
        }
    }
}
