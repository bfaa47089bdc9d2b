import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    package func adopt(signingKey: HubSigningKey) async throws {
        let text = signingKey.verifyingKey.text
        try await write { db in
            if let row = try db.row("SELECT public_key FROM signing_key") {
                guard try row.text("public_key") == text else { throw HubSigningKeyError(.changed) }
                return
            }
            try db.run("INSERT INTO signing_key (id, public_key) VALUES (1, ?)", [text])
        }
        self.signingKey.withLock { $0 = signingKey }
    }
}
