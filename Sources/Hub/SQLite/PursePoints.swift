import Foundation
import GRDB
import Payments

/// The two points of a purse from which its history is followed; see the schema.
enum PursePoints {
    static func settled(_ card: CardID, _ db: Database) throws -> PursePoint {
        try point(card, "settled_offline, settled_online, settled_fen", db)
    }

    static func base(_ card: CardID, _ db: Database) throws -> PursePoint {
        try point(card, "base_offline, base_online, base_fen", db)
    }

    /// Everything up to `point` is accounted for by an opening or a correction.
    static func setBase(_ card: CardID, _ point: PursePoint, _ db: Database) throws {
        try db.run(
            """
            UPDATE purse SET base_offline = ?1, base_online = ?2, base_fen = ?3, settled_offline = ?1,
                settled_online = ?2, settled_fen = ?3 WHERE card = ?4
            """, [point.offline, point.online, point.balance.fen, card.text])
    }

    static func setSettled(_ card: CardID, _ point: PursePoint, _ db: Database) throws {
        try db.run(
            "UPDATE purse SET settled_offline = ?, settled_online = ?, settled_fen = ? WHERE card = ?",
            [point.offline, point.online, point.balance.fen, card.text])
    }

    /// Goes back to the base when a transaction turns up that lies before the settled point.
    static func unsettle(_ entry: PurseEntry, _ db: Database) throws {
        guard let serial = entry.serial else { return }
        let settled = try settled(entry.card, db)
        guard serial < (entry.kind == .purchase ? settled.offline : settled.online) else { return }
        try setSettled(entry.card, try base(entry.card, db), db)
    }

    static func setAttention(_ card: CardID, _ attention: Bool, _ db: Database) throws {
        try db.run("UPDATE purse SET attention = ?1 WHERE card = ?2", [attention, card.text])
    }

    private static func point(_ card: CardID, _ columns: String, _ db: Database) throws -> PursePoint {
        guard let row = try db.row("SELECT \(columns) FROM purse WHERE card = ?", [card.text]) else {
            return PursePoint(offline: 0, online: 0, balance: .zero)
        }
        let names = columns.components(separatedBy: ", ")
        return PursePoint(
            offline: Int(try row.integer(names[0])), online: Int(try row.integer(names[1])),
            balance: try row.amount(names[2]))
    }
}
