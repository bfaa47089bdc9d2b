import GRDB
import HubProtocol
import Payments

/// Issued codes, their redemptions and the keys that sign them.
enum CodeTable {
    /// The serial's form in the tables: 16 hexadecimal digits, as on the wire. SQLite's integers are signed.
    static func serialText(_ reference: CodeReference) -> String { CodeMessage(reference).serial }

    /// The code as issued; `nil` when it never was.
    static func issued(_ reference: CodeReference, _ db: Database) throws -> Row? {
        try db.row(
            "SELECT account_id, limit_fen, expires_at FROM code WHERE key_id = ? AND serial = ?",
            [reference.keyID, serialText(reference)])
    }

    /// The transaction that redeemed the code, if any.
    static func redeemer(_ reference: CodeReference, _ db: Database) throws -> TransactionID? {
        try db.row(
            "SELECT transaction_id FROM code_redemption WHERE key_id = ? AND serial = ?",
            [reference.keyID, serialText(reference)])?.transaction("transaction_id")
    }

    /// Whether another transaction holds the code.
    static func isHeld(_ reference: CodeReference, except transaction: TransactionID, _ db: Database) throws -> Bool {
        try db.exists(
            """
            SELECT 1 FROM hold WHERE code_key = ? AND code_serial = ? AND state = 'held' AND transaction_id <> ?
            """, [reference.keyID, serialText(reference), transaction.blob])
    }

    /// Marks the code as redeemed by `transaction`.
    static func redeem(
        _ reference: CodeReference, transaction: TransactionID, now: UnixTime, _ db: Database
    ) throws {
        try db.run(
            "INSERT INTO code_redemption (key_id, serial, transaction_id, redeemed_at) VALUES (?, ?, ?, ?)",
            [reference.keyID, serialText(reference), transaction.blob, now.milliseconds])
    }

    static func keyMessage(_ row: Row) throws -> CodeKeyMessage {
        guard let keyID = UInt8(exactly: try row.integer("key_id")) else {
            throw HubStoreError(.damaged, detail: "column key_id")
        }
        return CodeKeyMessage(
            keyID: keyID, publicKey: try row.bytes("public_key"),
            validFrom: UnixTime(seconds: try row.integer("valid_from_seconds")),
            validThrough: UnixTime(seconds: try row.integer("valid_through_seconds")))
    }
}
