import Payments

/// One of the two keys of a sector, and where it comes from. Nothing that prints it shows a byte.
package struct MIFAREClassicKey: Sendable, Hashable {
    /// Length in bytes.
    package static let length = 6

    /// Which of the sector's keys; the raw value is AUTHENTICATE's.
    package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        case a = 0x60
        case b = 0x61
    }

    private enum Source: Sendable, Hashable {
        case fixed([UInt8])
        case derived([UInt8])
    }

    package let kind: Kind
    private let source: Source

    /// The same key on every card of the campus.
    ///
    /// - Returns: `nil` unless `key` has 6 bytes.
    package init?(_ kind: Kind, fixed key: [UInt8]) {
        guard key.count == Self.length else { return nil }
        self.kind = kind
        source = .fixed(key)
    }

    /// Another key on every card and in every sector: the first 6 bytes of AN10922's AES-128 diversification of
    /// `masterKey` by UID ‖ sector number. CampusTill's own rule; a card whose key was recovered opens no other card.
    ///
    /// - Returns: `nil` unless `masterKey` has 16 bytes.
    package init?(_ kind: Kind, derivedFrom masterKey: [UInt8]) {
        guard masterKey.count == 16 else { return nil }
        self.kind = kind
        source = .derived(masterKey)
    }

    /// The 6 bytes for one card.
    ///
    /// - Parameter identifier: the card's UID, 4, 7 or 10 bytes.
    package func bytes(identifier: [UInt8], sector: UInt8) -> [UInt8] {
        switch source {
        case .fixed(let key): return key
        case .derived(let masterKey):
            guard let master = AESKey(masterKey) else { fatalError("a master key of 16 bytes is checked in init") }
            return Array(master.diversified(by: identifier + [sector]).bytes.prefix(Self.length))
        }
    }
}

extension MIFAREClassicKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "key \(kind) (hidden)" }
    package var debugDescription: String { description }
    /// Empty, so that `dump` and a default description of an enclosing value show nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
