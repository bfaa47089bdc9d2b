/// What a scan turned out to be.
package enum ScannedCode: Sendable, Hashable {
    /// Looks like an offline code of the campus; ``PaymentCodeVerifier`` decides. Digits only.
    case campusOffline(text: String)
    /// An online code of the campus: only the hub can say what it means. Digits only.
    case campusOnline(text: String)
    /// The payment code of a wallet. Good for money, so it is not kept.
    case walletCode(WalletRail)
    /// EMVCo consumer-presented code of a bank card.
    case emvConsumer
    /// EMVCo merchant code with a right check value.
    case merchantCode
    /// Interoperable transit code.
    case transit
    /// Health certificate.
    case health
    /// Web link or application link.
    case link
    case unknown

    /// The class alone, for logs and counters.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case campusOffline, campusOnline, walletCode, emvConsumer, merchantCode, transit, health, link, unknown
    }

    package var kind: Kind {
        switch self {
        case .campusOffline: .campusOffline
        case .campusOnline: .campusOnline
        case .walletCode: .walletCode
        case .emvConsumer: .emvConsumer
        case .merchantCode: .merchantCode
        case .transit: .transit
        case .health: .health
        case .link: .link
        case .unknown: .unknown
        }
    }
}

extension ScannedCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        if case .walletCode(let rail) = self { "walletCode \(rail.name)" } else { kind.rawValue }
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
