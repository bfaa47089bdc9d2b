import FoundationEssentials
import GRDB
import HubProtocol
import Payments
import Terminal

/// The signed policies that the hub has delivered: they only grow, and only upwards.
enum PolicyTable {
    /// Largest document that is read, in bytes: 200 scopes with all rules and 10,000 merchants stay far below.
    static let documentMaximum = 1_000_000

    /// Stores a newer version.
    ///
    /// - Throws: ``LedgerError/Code/policyForged`` unless the pinned key signed it,
    ///   ``LedgerError/Code/policyRolledBack`` for an older version or another document under the same, and
    ///   ``LedgerError/Code/policyInvalid`` for one that cannot be read. The same version again changes nothing.
    static func store(_ database: Database, _ message: PolicyMessage, receivedAt: UnixTime) throws {
        let bytes = Array(message.document.utf8)
        guard let key = try SQLiteLedger.hubKey(database), bytes.count <= documentMaximum,
            key.isValid(message.signature, of: bytes, as: .policy)
        else { throw LedgerError(.policyForged, detail: "version \(message.version)") }
        let policy: CampusPolicy
        do {
            policy = try read(message.document)
        } catch {
            throw LedgerError(.policyInvalid, detail: "version \(message.version)")
        }
        guard policy.version == message.version else {
            throw LedgerError(.policyInvalid, detail: "version \(message.version) is \(policy.version) inside")
        }
        if let newest = try newest(database) {
            guard newest.version < message.version else {
                if newest.version == message.version, newest.document == message.document { return }
                throw LedgerError(
                    .policyRolledBack, detail: "version \(message.version), here is \(newest.version)")
            }
        }
        let statement = try PreparedStatement(
            database, "INSERT INTO policy (version, document, signature, received_at) VALUES (?, ?, ?, ?)")
        try statement.bind(1, Int64(message.version))
        try statement.bind(2, message.document)
        try statement.bind(3, message.signature)
        try statement.bind(4, receivedAt.milliseconds)
        try statement.execute()
    }

    /// All that may be in force now or later: every version, newest first. There are few.
    static func shelf(_ database: Database) throws -> PolicyShelf {
        let statement = try PreparedStatement(database, "SELECT version, document FROM policy ORDER BY version DESC")
        var policies: [CampusPolicy] = []
        try statement.forEach { row in
            guard let document = row.text(1), let policy = try? read(document) else {
                throw LedgerError(.damaged, detail: "policy \(row.integer(0))")
            }
            policies.append(policy)
            // What is behind a version that has been in force since long cannot come back.
            return policies.count < PolicyShelf.depth
        }
        return PolicyShelf(policies)
    }

    private static func newest(_ database: Database) throws -> (version: UInt64, document: String)? {
        try PreparedStatement(database, "SELECT version, document FROM policy ORDER BY version DESC LIMIT 1").first {
            (UInt64(clamping: $0.integer(0)), $0.text(1) ?? "")
        }
    }

    private static func read(_ document: String) throws -> CampusPolicy {
        try CampusPolicy(JSONDecoder().decode(PolicyNode.self, from: Data(document.utf8)))
    }
}
