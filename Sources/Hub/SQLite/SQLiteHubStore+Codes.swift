import Foundation
import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func publish(codeKey: CodeKeyMessage) async throws {
        guard let publicKey = Hex.decode(codeKey.publicKey) else {
            throw HubStoreError(.codeKeyChanged, detail: "not a public key")
        }
        try await write { db in
            if let row = try db.row("SELECT public_key FROM code_key WHERE key_id = ?", [codeKey.keyID]) {
                guard try row.bytes("public_key") == publicKey else {
                    throw HubStoreError(.codeKeyChanged, detail: "key \(codeKey.keyID)")
                }
                return
            }
            try db.run(
                """
                INSERT INTO code_key (key_id, public_key, valid_from_seconds, valid_through_seconds, changed)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    codeKey.keyID, Data(publicKey), codeKey.validFromSeconds, codeKey.validThroughSeconds,
                    try FeedTable.nextChange(db),
                ])
        }
    }

    package func store(code: CodeEvidence) async throws {
        try await write { db in
            guard let account = try db.row("SELECT status FROM account WHERE id = ?", [Int64(code.account.number)])
            else { throw HubRefusalError(.notFound, "no such account") }
            let status = try account.choice("status", as: AccountStatus.self)
            guard status == .active else {
                throw HubRefusalError(.notPermittedInThisState, "the account is \(status.rawValue)")
            }
            guard try CodeTable.issued(code.reference, db) == nil else {
                throw HubRefusalError(.alreadyExists, "the code's serial is taken")
            }
            try db.run(
                """
                INSERT INTO code (key_id, serial, account_id, limit_fen, issued_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    code.reference.keyID, CodeTable.serialText(code.reference), Int64(code.account.number),
                    code.limit.fen, code.issuedAt.milliseconds, code.expiresAt.milliseconds,
                ])
        }
    }
}
