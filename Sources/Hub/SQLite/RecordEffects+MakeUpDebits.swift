import GRDB
import HubProtocol
import Payments

/// Sales that came although a make-up debit had taken their place.
extension RecordEffects {
    /// Lists a sale that was thought lost, was debited by hand, and is posted now by its own record: the payer paid
    /// twice, and a person gives one back.
    func reviewMakeUpDebit(_ transaction: TransactionID) throws {
        guard
            let made = try db.row(
                """
                SELECT id, amount_fen, account_id FROM adjustment
                WHERE transaction_id = ? AND kind = 'makeUpDebit' AND state = 'approved' AND merchant IS NOT NULL
                """, [transaction.blob])
        else { return }
        var finding = HubException(
            .saleRepeated, transaction: transaction, account: try made.optionalAccount("account_id"),
            text: "make-up debit \(try made.integer("id")) had taken this sale before its record came; refund "
                + "\(try made.amount("amount_fen")) of transaction \(transaction)")
        finding.amount = try made.amount("amount_fen")
        try ExceptionTable.raise(finding, now: now, db)
    }
}
