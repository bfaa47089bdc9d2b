import GRDB
import Payments
import Terminal

/// The transactions with a card's own money that are open: from the moment before the card is asked until a record says
/// how it ended. Unlike history, a row goes when its transaction has ended.
enum CardIntentTable {
    private static let columns =
        "trace, card, movement, amount, account, merchant, lane, payer, path, reference, evidence, intended_at"

    /// - Parameter sale: one that can end as unknown, so with a card and its evidence.
    static func insert(_ intent: OpenCardTransaction, into database: Database) throws {
        guard case .card(let card, let proof) = intent.sale.payer else { throw LedgerError(.intentMismatch) }
        let statement = try PreparedStatement(
            database, "INSERT INTO card_intent (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let movement = MovementColumns(intent.sale.movement)
        try statement.bind(1, Int64(intent.transaction.trace.number))
        try statement.bind(2, card.text)
        try statement.bind(3, movement.movement)
        try statement.bind(4, intent.sale.amount.fen)
        try statement.bind(5, (intent.sale.account?.number).map(Int64.init))
        try statement.bind(6, intent.sale.merchant.text)
        try statement.bind(7, intent.sale.lane.text)
        try statement.bind(8, proof == .proven ? PayerColumn.provenCard : PayerColumn.unprovenCard)
        try statement.bind(9, PathColumn.number(intent.sale.path))
        try statement.bind(10, intent.reference.text)
        if let evidence = movement.evidence { try statement.bind(11, evidence) }
        try statement.bind(12, intent.intendedAt.milliseconds)
        try statement.execute()
    }

    static func remove(_ transaction: TransactionID, from database: Database) throws {
        let statement = try PreparedStatement(database, "DELETE FROM card_intent WHERE trace = ?")
        try statement.bind(1, Int64(transaction.trace.number))
        try statement.execute()
    }

    /// The intent of a transaction of this journal.
    static func intent(_ database: Database, _ transaction: TransactionID) throws -> OpenCardTransaction? {
        let statement = try PreparedStatement(database, "SELECT \(columns) FROM card_intent WHERE trace = ?")
        try statement.bind(1, Int64(transaction.trace.number))
        return try statement.first { try read($0, transaction) }
    }

    /// The open transaction of a card: one lookup in the index over cards.
    static func intent(_ database: Database, of card: CardID, in journal: JournalName) throws -> OpenCardTransaction? {
        let statement = try PreparedStatement(database, "SELECT \(columns) FROM card_intent WHERE card = ?")
        try statement.bind(1, card.text)
        return try statement.first { row in
            try read(row, journal.transaction(try trace(row)))
        }
    }

    /// Trace numbers of all intents, rising.
    static func traces(_ database: Database) throws -> [UInt64] {
        var traces: [UInt64] = []
        let statement = try PreparedStatement(database, "SELECT trace FROM card_intent ORDER BY trace")
        try statement.forEach { row in
            traces.append(try trace(row))
            return true
        }
        return traces
    }

    private static var damaged: LedgerError { LedgerError(.damaged, detail: "intent row") }

    private static func trace(_ row: StatementRow) throws -> UInt64 {
        guard let trace = UInt64(exactly: row.integer(0)), (1..<1 << 48).contains(trace) else { throw damaged }
        return trace
    }

    /// - Throws: ``LedgerError/Code/damaged`` when the row is not one that ``insert(_:into:)`` writes.
    private static func read(_ row: StatementRow, _ transaction: TransactionID) throws -> OpenCardTransaction {
        guard let card = row.text(1).flatMap(CardID.init(text:)),
            let movement = MovementColumns(movement: row.integer(2), evidence: row.optionalBytes(10)).value,
            let merchant = row.text(5).flatMap(MerchantID.init(text:)),
            let lane = row.text(6).flatMap(LaneID.init(text:)), let path = PathColumn.path(row.integer(8)),
            let reference = row.text(9).flatMap(SaleReference.init(text:))
        else { throw damaged }
        var account: AccountID?
        if let number = row.optionalInteger(4) {
            guard let named = UInt64(exactly: number).flatMap(AccountID.init(number:)) else { throw damaged }
            account = named
        }
        let sale = JournalRecord.Sale(
            movement: movement, amount: Amount(fen: row.integer(3)),
            payer: .card(card, row.integer(7) == PayerColumn.provenCard ? .proven : .unproven), account: account,
            merchant: merchant, lane: lane, path: path)
        guard sale.fits(.unknown) else { throw damaged }
        return OpenCardTransaction(
            transaction: transaction, sale: sale, reference: reference,
            intendedAt: UnixTime(milliseconds: row.integer(11)))
    }
}
