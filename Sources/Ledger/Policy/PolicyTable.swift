import FoundationEssentials
import GRDB
import HubProtocol
import Payments
import Terminal

/// The signed policies that the hub has delivered: they only grow, and only upwards.
///
/// One that this version of the program cannot read, because it has a rule that came later, is kept like the others
/// and decides nothing: the policy before it stays in force, and what else the hub tells goes on. A newer program that
/// opens the file reads it.
enum PolicyTable {
    /// Largest document that is read, in bytes: 200 scopes with all rules and 10,000 merchants stay far below.
    static let documentMaximum = 1_000_000

    /// Stores a newer version.
    ///
    /// - Throws: ``LedgerError/Code/policyForged`` unless the pinned key signed it,
    ///   ``LedgerError/Code/policyRolledBack`` for an older version or another document under the same, and
    ///   ``LedgerError/Code/policyInvalid`` for a document that does not say which version it is. The same version
    ///   again changes nothing.
    static func store(_ database: Database, _ message: PolicyMessage, receivedAt: UnixTime) throws {
        guard try isSigned(message, database) else {
            throw LedgerError(.policyForged, detail: "version \(message.version)")
        }
        // The signature is over the version inside: nobody else can give a document another place in the order.
        let version = node(message.document).flatMap(version(of:))
        guard version == message.version else {
            throw LedgerError(
                .policyInvalid, detail: "version \(message.version) is \(version.map(String.init) ?? "none") inside")
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
    ///
    /// - Throws: ``LedgerError/Code/damaged`` for a document that cannot be read and is not what the hub signed.
    static func shelf(_ database: Database) throws -> PolicyShelf {
        let statement = try PreparedStatement(
            database, "SELECT version, document, signature FROM policy ORDER BY version DESC")
        var shelf = PolicyShelf()
        try statement.forEach { row in
            let message = PolicyMessage(
                version: UInt64(clamping: row.integer(0)), document: row.text(1) ?? "", signature: row.text(2) ?? "")
            if let policy = node(message.document).flatMap(policy) {
                shelf.policies.append(policy)
            } else {
                guard try isSigned(message, database) else {
                    throw LedgerError(.damaged, detail: "policy \(message.version)")
                }
                if shelf.policies.isEmpty { shelf.notUnderstood = max(shelf.notUnderstood ?? 0, message.version) }
            }
            // What is behind a version that has been in force since long cannot come back.
            return shelf.policies.count < PolicyShelf.depth
        }
        return shelf
    }

    private static func isSigned(_ message: PolicyMessage, _ database: Database) throws -> Bool {
        let bytes = Array(message.document.utf8)
        guard let key = try SQLiteLedger.hubKey(database), bytes.count <= documentMaximum else { return false }
        return key.isValid(message.signature, of: bytes, as: .policy)
    }

    /// The newest version that the hub has delivered, understood or not.
    private static func newest(_ database: Database) throws -> (version: UInt64, document: String)? {
        try PreparedStatement(database, "SELECT version, document FROM policy ORDER BY version DESC LIMIT 1").first {
            (UInt64(clamping: $0.integer(0)), $0.text(1) ?? "")
        }
    }

    /// `nil` when this version of the program does not understand it.
    private static func policy(_ node: PolicyNode) -> CampusPolicy? {
        do throws(PolicyError) {
            return try CampusPolicy(node)
        } catch {
            return nil
        }
    }

    private static func node(_ document: String) -> PolicyNode? {
        try? JSONDecoder().decode(PolicyNode.self, from: Data(document.utf8))
    }

    private static func version(of node: PolicyNode) -> UInt64? {
        guard case .object(let members) = node, case .number(let version)? = members["version"], version > 0 else {
            return nil
        }
        return UInt64(version)
    }
}
