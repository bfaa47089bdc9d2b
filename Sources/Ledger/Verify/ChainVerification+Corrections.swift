import GRDB
import Payments

extension ChainVerification {
    /// A correction is of an approved sale of the same account and merchant, and all of them together of no more than
    /// it took.
    mutating func checkCorrection(_ record: JournalRecord, _ database: Database) throws {
        guard record.posting != nil, let correction = record.sale, let subject = correction.movement.corrects else {
            return
        }
        guard let sale = try CorrectionTable.sale(database, subject, in: name),
            sale.sequence < record.sequence, sale.outcome == .approved, let sold = sale.sale,
            sold.movement == .accountPurchase, sold.account == correction.account, sold.merchant == correction.merchant
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
