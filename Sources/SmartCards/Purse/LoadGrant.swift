import Payments

/// The issuer's permission to one card for one load. Worth money once: a card takes it only in the session of the
/// INITIALIZE FOR LOAD that it was asked for.
///
/// Canonical bytes, 11: date 4 and time 3 in BCD, MAC2 4, as they go to the card.
package struct LoadGrant: Sendable, Hashable {
    /// Length of the canonical bytes.
    package static let length = 11

    /// The issuer's local time, which the card logs.
    package let time: CalendarTime
    /// Four bytes.
    package let mac2: [UInt8]

    /// - Parameter mac2: 4 bytes.
    package init(time: CalendarTime, mac2: [UInt8]) {
        invariant(mac2.count == 4, "MAC2 has 4 bytes")
        self.time = time
        self.mac2 = mac2
    }

    /// Reads the canonical bytes; `nil` when they are not exactly these fields.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard bytes.count == Self.length,
            let time = CalendarTime(binaryCodedDate: bytes[0..<4], time: bytes[4..<7])
        else { return nil }
        self.init(time: time, mac2: Array(bytes[7..<11]))
    }

    /// The 11 bytes.
    package var canonicalBytes: [UInt8] { time.binaryCodedDate + time.binaryCodedTime + mac2 }
}

extension LoadGrant: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without MAC2.
    package var description: String { "load grant" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no grant.
package enum LoadRefusal: Sendable, Hashable {
    /// The issuer answered, and does not grant the load.
    case refusedByIssuer
    /// The issuer could not be asked, or did not answer in time. A late answer must not be used.
    case issuerUnreachable
}
