import GRDB
import HubProtocol
import Payments
import Terminal

extension SQLiteLedger: HubKeyStore {
    package func hubKey() throws(LedgerError) -> HubVerifyingKey? { try read { try Self.hubKey($0) } }

    package func pin(hubKey key: HubVerifyingKey) throws(LedgerError) {
        if let pinned = try hubKey() {
            guard pinned == key else { throw LedgerError(.hubKeyChanged) }
            return
        }
        try store(hubKey: key)
    }

    package func replace(hubKey key: HubVerifyingKey) throws(LedgerError) {
        if try hubKey() != key { try store(hubKey: key) }
    }

    static func hubKey(_ database: Database) throws -> HubVerifyingKey? {
        try PreparedStatement(database, "SELECT public_key FROM hub_key WHERE id = 1").first { row in
            guard let key = row.text(0).flatMap(HubVerifyingKey.init(text:)) else {
                throw LedgerError(.damaged, detail: "hub key row")
            }
            return key
        }
    }

    private func store(hubKey key: HubVerifyingKey) throws(LedgerError) {
        try commit(standing) { database in
            let statement = try PreparedStatement(
                database,
                """
                INSERT INTO hub_key (id, public_key) VALUES (1, ?)
                ON CONFLICT (id) DO UPDATE SET public_key = excluded.public_key
                """)
            try statement.bind(1, key.text)
            try statement.execute()
        }
    }
}
