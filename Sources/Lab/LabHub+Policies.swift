import Crypto
import Foundation
import HubProtocol
import Payments

/// What somebody with the hub's disk in their hands could do to its policies.
extension LabHub {
    /// Changes the stopped hub's database after taking away what refuses changes of policies.
    ///
    /// - Parameter statement: SQL.
    package func tamperWithPolicies(_ statement: String) async throws {
        let triggers = (1...2).map { "DROP TRIGGER IF EXISTS policy_is_history_\($0);" }.joined()
        let result = try await LabCommand.run(
            "/usr/bin/sqlite3", ["-bail", "\(paths.folder)/hub/hub.sqlite", triggers + statement],
            within: .seconds(30))
        guard result.status == 0 else { throw LabError("sqlite3: \(result.error)") }
    }

    /// Puts a version into the stopped hub's database and tells terminals of it.
    package func insertPolicy(_ document: PolicyNode, version: UInt64, signature: String) async throws {
        let text = document.canonicalText.replacingOccurrences(of: "'", with: "''")
        try await tamperWithPolicies(
            """
            UPDATE feed SET cursor = cursor + 1;
            INSERT INTO policy (version, document, signature, note, set_at, changed)
            VALUES (\(version), '\(text)', '\(signature)', 'lab', 0, (SELECT cursor FROM feed));
            """)
    }

    /// Signs a document as the hub would, or as somebody else's hub.
    ///
    /// - Parameter isForeign: whether another key signs.
    package func signature(of document: PolicyNode, isForeign: Bool) throws -> String {
        let own = try String(contentsOfFile: "\(paths.folder)/hub/signing-key", encoding: .utf8)
        guard let bytes = Hex.decode(own.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw LabError("the hub's signing key is not readable")
        }
        let key =
            isForeign
            ? Curve25519.Signing.PrivateKey() : try Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        return try HubSigningKey(privateKey: key)
            .signature(of: Array(document.canonicalText.utf8), as: .policy)
    }
}
