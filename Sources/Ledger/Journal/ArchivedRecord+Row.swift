import HubProtocol
import Payments
import Terminal

extension ArchivedRecord {
    /// Reads the columns in the order of `JournalTable`; `nil` when they are not a record.
    init?(_ row: StatementRow, of name: JournalName) {
        guard let sequence = UInt64(exactly: row.integer(0)), sequence > 0,
            let trace = UInt64(exactly: row.integer(1)), (1..<1 << 48).contains(trace),
            let outcome = OutcomeColumns(
                outcome: row.integer(2), reason: row.optionalInteger(3), verdict: row.optionalInteger(18),
                subject: row.optionalInteger(19)
            ).value(in: name),
            let replicaCursor = UInt64(exactly: row.integer(5)), let hash = JournalHash(bytes: row.bytes(6))
        else { return nil }
        var sale: JournalRecord.Sale?
        if row.optionalInteger(7) != nil {
            guard let found = JournalRecord.Sale(row) else { return nil }
            sale = found
        }
        guard JournalRecord.isWellFormed(outcome, sale) else { return nil }
        self.init(
            record: JournalRecord(
                sequence: sequence, transaction: name.transaction(trace), outcome: outcome, sale: sale,
                decidedAt: UnixTime(milliseconds: row.integer(4)), replicaCursor: replicaCursor),
            hash: hash)
    }
}

extension JournalRecord.Sale {
    fileprivate init?(_ row: StatementRow) {
        let amount = Amount(fen: row.integer(7))
        guard amount > .zero, amount <= .saleMaximum,
            let merchant = row.text(13).flatMap(MerchantID.init(text:)),
            let lane = row.text(14).flatMap(LaneID.init(text:)),
            let path = PathColumn.path(row.optionalInteger(15)),
            let movement = MovementColumns(
                movement: row.optionalInteger(16), evidence: row.optionalBytes(17), corrects: row.optionalBytes(21)
            ).value
        else { return nil }
        let payer: JournalRecord.Payer
        switch row.integer(8) {
        case PayerColumn.provenCard, PayerColumn.unprovenCard:
            guard let card = row.text(9).flatMap(CardID.init(text:)) else { return nil }
            payer = .card(card, row.integer(8) == PayerColumn.provenCard ? .proven : .unproven)
        case PayerColumn.code:
            guard let keyID = UInt8(exactly: row.integer(10)), let serial = row.optionalInteger(11) else { return nil }
            payer = .code(CodeReference(keyID: keyID, serial: UInt64(bitPattern: serial)))
        default: return nil
        }
        var account: AccountID?
        if let number = row.optionalInteger(12) {
            guard let named = UInt64(exactly: number).flatMap(AccountID.init(number:)) else { return nil }
            account = named
        }
        self.init(
            movement: movement, amount: amount, subsidy: Amount(fen: row.integer(20)), payer: payer, account: account,
            merchant: merchant, lane: lane, path: path)
    }
}

extension JournalRecord {
    /// The payment code that paid; `nil` for cards and for whatever was not approved.
    var redeemedCode: CodeReference? {
        guard case .approved = outcome, let sale, sale.movement == .accountPurchase,
            case .code(let reference) = sale.payer
        else { return nil }
        return reference
    }
}
