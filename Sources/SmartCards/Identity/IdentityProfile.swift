import Payments

/// Cards that are known by their anticollision identifier alone.
package struct IdentityProfile: Sendable, Hashable {
    package let name: String
    /// From the reader's bytes to the number under which the campus knows the card.
    package let transform: IdentifierTransform
    package let limits: CardLimits

    package init(name: String, transform: IdentifierTransform = .asRead, limits: CardLimits = CardLimits()) {
        self.name = name
        self.transform = transform
        self.limits = limits
    }
}

/// How a campus's older database writes an identifier.
package enum IdentifierTransform: String, Sendable, Hashable, CaseIterable {
    /// In the reader's byte order.
    case asRead
    /// Last byte first, as door controllers behind a Wiegand line deliver it.
    case reversed

    /// The identifier's bytes in the campus's order.
    package func apply(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .asRead: bytes
        case .reversed: bytes.reversed()
        }
    }
}
