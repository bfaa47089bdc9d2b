import Foundation
import GRDB
import HubProtocol
import Payments
import SmartCards

/// Loads that were asked for, with the answers that were given.
enum LoadTable {
    /// What the card said when a load was granted.
    struct Grant {
        var card: CardID
        /// The card's online serial.
        var serial: Int
        var balanceBefore: Amount
    }

    static func exists(_ transaction: TransactionID, _ db: Database) throws -> Bool {
        try db.exists("SELECT 1 FROM purse_load WHERE transaction_id = ?", [transaction.blob])
    }

    /// The grant behind a transaction; `nil` when there is none.
    static func grant(_ transaction: TransactionID, _ db: Database) throws -> Grant? {
        let row = try db.row(
            "SELECT card, serial, balance_before_fen FROM purse_load WHERE transaction_id = ? AND mac2 IS NOT NULL",
            [transaction.blob])
        guard let row else { return nil }
        return Grant(
            card: try row.identifier("card"), serial: Int(try row.integer("serial")),
            balanceBefore: try row.amount("balance_before_fen"))
    }

    /// The answer that was given to the same request; `nil` when the transaction is new.
    ///
    /// - Throws: ``HubRefusalError`` when the transaction was used for another load, or for a hold.
    static func answer(_ terms: LoadTerms, _ db: Database) throws -> LoadVerdict? {
        guard let hold = try HoldTable.find(terms.hold.transaction, db) else { return nil }
        let row = try db.row("SELECT * FROM purse_load WHERE transaction_id = ?", [terms.hold.transaction.blob])
        guard let row, hold.terms == terms.hold, try row.bytes("information") == terms.information.bytes,
            try row.bytes("initialization") == terms.initializationBytes
        else { throw HubRefusalError(.transactionReused, "transaction: used before for another load or hold") }
        switch hold.verdict {
        case .held(let account, _, _):
            return .granted(account: account, time: try row.bytes("time"), mac2: try row.bytes("mac2"))
        case .declined(let reason): return .declined(reason)
        }
    }

    static func insert(_ terms: LoadTerms, _ verdict: LoadVerdict, _ db: Database) throws {
        var (time, mac2): (Data?, Data?)
        if case .granted(_, let grantTime, let grantMAC2) = verdict {
            (time, mac2) = (Data(grantTime), Data(grantMAC2))
        }
        try db.run(
            """
            INSERT INTO purse_load (transaction_id, card, information, initialization, serial, balance_before_fen,
                time, mac2) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                terms.hold.transaction.blob, terms.card.text, Data(terms.information.bytes),
                Data(terms.initializationBytes), Int(terms.initialization.onlineSerial),
                Int64(terms.initialization.balanceBefore), time, mac2,
            ])
    }

    /// Whether the card may get a grant for this serial: no grant for it is open, and no grant for it or a later one
    /// was used.
    static func isSerialOpen(_ terms: LoadTerms, _ db: Database) throws -> Bool {
        try !db.exists(
            """
            SELECT 1 FROM purse_load l JOIN hold h ON h.transaction_id = l.transaction_id
            WHERE l.card = ?1 AND l.mac2 IS NOT NULL
                AND ((l.serial = ?2 AND h.state = 'held') OR (l.serial >= ?2 AND h.state = 'captured'))
            """, [terms.card.text, Int(terms.initialization.onlineSerial)])
    }
}
