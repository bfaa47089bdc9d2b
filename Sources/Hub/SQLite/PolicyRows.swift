import Foundation
import GRDB
import HubProtocol
import Payments

/// The table of signed policies.
enum PolicyRows {
    /// All versions as the rules use them, newest first.
    static func all(_ db: Database) throws -> [CampusPolicy] {
        try db.rows("SELECT document FROM policy ORDER BY version DESC LIMIT 16").map { row in
            do {
                return try CampusPolicy(node(try row.text("document")))
            } catch {
                throw HubStoreError(.damaged, detail: "policy")
            }
        }
    }

    static func newestVersion(_ db: Database) throws -> UInt64 {
        UInt64(clamping: try db.integer("SELECT max(version) FROM policy"))
    }

    static func summary(_ row: Row) throws -> PolicySummary {
        let document = try node(try row.text("document"))
        let policy: CampusPolicy
        do {
            policy = try CampusPolicy(document)
        } catch {
            throw HubStoreError(.damaged, detail: "policy")
        }
        return PolicySummary(
            version: policy.version, campus: policy.campus, validFromMilliseconds: policy.validFrom.milliseconds,
            note: try row.text("note"), setAtMilliseconds: try row.integer("set_at"),
            signature: try row.text("signature"), document: document)
    }

    static func message(_ row: Row) throws -> PolicyMessage {
        PolicyMessage(
            version: try row.unsigned("version"), document: try row.text("document"),
            signature: try row.text("signature"))
    }

    private static func node(_ text: String) throws -> PolicyNode {
        do {
            return try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
        } catch {
            throw HubStoreError(.damaged, detail: "policy")
        }
    }
}
