import Payments

/// The hub's signed word on a version of the hot list (promise 9).
package struct HotListVersionMessage: Codable, Sendable, Hashable {
    package var version: UInt64
    /// Cards on the list.
    package var entries: UInt64
    /// Digest of the whole list (``HotListDigest/short``), 64 hexadecimal digits.
    package var digest: String
    /// Signature of the hub's signing key (``HubSignaturePurpose/hotList``), 128 hexadecimal digits.
    package var signature: String

    /// - Throws: only when the key cannot sign, which is a defect.
    package init(_ summary: HotListSummary, key: HubSigningKey) throws {
        version = summary.version
        entries = summary.entries
        digest = Hex.encode(summary.digest)
        signature = try key.signature(of: summary.signedBytes, as: .hotList)
    }

    /// What was signed; `nil` when `key` did not sign it.
    package func summary(signedBy key: HubVerifyingKey) -> HotListSummary? {
        guard let digest = Hex.decode(digest), digest.count == 32 else { return nil }
        let summary = HotListSummary(version: version, entries: entries, digest: digest)
        return key.isValid(signature, of: summary.signedBytes, as: .hotList) ? summary : nil
    }
}
