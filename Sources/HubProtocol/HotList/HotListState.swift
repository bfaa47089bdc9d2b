import Payments

/// Where a hot list stands: how often it was changed, how many entries it has, and their digest. Hub and terminal each
/// keep one and must come to the same.
package struct HotListState: Sendable, Hashable {
    /// Changes since the list began. It only rises (promise 9).
    package private(set) var version: UInt64
    package private(set) var entries: UInt64
    package private(set) var digest: HotListDigest

    /// The empty list that was never changed.
    package init() { self.init(version: 0, entries: 0, digest: HotListDigest()) }

    package init(version: UInt64, entries: UInt64, digest: HotListDigest) {
        self.version = version
        self.entries = entries
        self.digest = digest
    }

    /// Counts one change of the list: an entry that came, went, or got another reason.
    ///
    /// - Parameters:
    ///   - old: the reason under which the card is listed; `nil` when it is not.
    ///   - new: the reason under which it is listed from now on; `nil` takes it off.
    package mutating func change(_ card: CardID, from old: DeclineReason?, to new: DeclineReason?) {
        version += 1
        if let old {
            digest.remove(card, reason: old)
            entries -= 1
        }
        if let new {
            digest.add(card, reason: new)
            entries += 1
        }
    }

    /// What the hub signs.
    package var summary: HotListSummary {
        HotListSummary(version: version, entries: entries, digest: digest.short)
    }
}

/// A version of the hot list in 48 bytes.
package struct HotListSummary: Sendable, Hashable {
    package let version: UInt64
    package let entries: UInt64
    /// ``HotListDigest/short``, 32 bytes.
    package let digest: [UInt8]

    package init(version: UInt64, entries: UInt64, digest: [UInt8]) {
        self.version = version
        self.entries = entries
        self.digest = digest
    }

    /// Version (8 bytes), number of entries (8), digest (32).
    var signedBytes: [UInt8] { version.bigEndianBytes(count: 8) + entries.bigEndianBytes(count: 8) + digest }
}
