import Payments

/// Where the key of one card comes from. Nothing that prints it shows a byte.
package enum DESFireKey: Sendable, Hashable {
    /// The same on every card of the campus: whoever reads one key out of one card has them all.
    case fixed(AESKey)
    /// Below a master key, by NXP AN10922, over these parts in their order: together 1 to 31 bytes.
    case diversified(master: AESKey, by: [DESFireKeyPart])

    /// Whether the card's UID must be known first.
    package var needsUID: Bool {
        if case .diversified(_, let parts) = self { parts.contains(.uid) } else { false }
    }

    /// The key of the card with `uid`.
    ///
    /// - Parameter uid: 7 bytes; may be missing where ``needsUID`` is `false`.
    package func key(uid: [UInt8]?, application: DESFireApplicationID) -> AESKey {
        switch self {
        case .fixed(let key): return key
        case .diversified(let master, let parts):
            return master.diversified(
                by: parts.flatMap { part in
                    switch part {
                    case .uid:
                        guard let uid else { fatalError("a key was derived before the UID was known") }
                        return uid
                    case .application: return application.bytes
                    case .applicationReversed: return Array(application.bytes.reversed())
                    case .fixed(let bytes): return bytes
                    }
                })
        }
    }

    /// Whether the parts fit AN10922.
    var isSound: Bool {
        guard case .diversified(_, let parts) = self else { return true }
        let count = parts.reduce(0) { total, part in
            switch part {
            case .uid: total + 7
            case .application, .applicationReversed: total + 3
            case .fixed(let bytes): total + bytes.count
            }
        }
        return (1...31).contains(count)
    }
}

/// One part of the input of a key diversification.
package enum DESFireKeyPart: Sendable, Hashable {
    /// The card's real UID, 7 bytes.
    case uid
    /// The application identifier as SELECT carries it, least significant byte first.
    case application
    /// The application identifier with its most significant byte first.
    case applicationReversed
    /// For example the system identifier of AN10922.
    case fixed([UInt8])

    /// UID ‖ application ‖ system identifier: the layout of the example in AN10922 section 2.2.1.
    package static func standard(systemIdentifier: [UInt8]) -> [DESFireKeyPart] {
        [.uid, .application, .fixed(systemIdentifier)]
    }
}

extension DESFireKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .fixed: "fixed key (hidden)"
        case .diversified: "diversified key (hidden)"
        }
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
