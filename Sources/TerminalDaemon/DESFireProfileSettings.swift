import Payments
import ServiceHost
import SmartCards

/// A ``SmartCards/DESFireProfile`` whose keys are still to be read.
package struct DESFireProfileDefinition: Sendable {
    /// One key of the application.
    struct Key: Sendable {
        let number: UInt8
        let source: CardKeySource
        /// Empty for a key that is the same on every card.
        let parts: [DESFireKeyPart]

        func resolved(_ credentials: Credentials) throws(ConfigurationError) -> DESFireProfile.Key {
            guard let key = AESKey(try source.bytes(credentials, count: 16)) else {
                fatalError("an AES key has 16 bytes")
            }
            return DESFireProfile.Key(
                number: number, source: parts.isEmpty ? .fixed(key) : .diversified(master: key, by: parts))
        }
    }

    let name: String
    let application: DESFireApplicationID
    let key: Key
    let uidKey: Key?
    let messaging: DESFireProfile.MessagingRule
    let identity: DESFireProfile.Identity
    let purse: DESFireProfile.Purse?
    let tender: Tender
    let limits: CardLimits

    func resolved(_ credentials: Credentials) throws(ConfigurationError) -> DESFireProfile {
        DESFireProfile(
            name: name, application: application, key: try key.resolved(credentials),
            uidKey: try uidKey.map { key throws(ConfigurationError) in try key.resolved(credentials) },
            messaging: messaging, identity: identity, purse: purse, tender: tender, limits: limits)
    }
}

/// What a profile of the kind `desfire` says beside name and limits.
struct DESFireProfileSettings {
    private enum Messaging: String, CaseIterable {
        case ev1
        case ev2
        case best

        var rule: DESFireProfile.MessagingRule {
            switch self {
            case .ev1: .exactly(.ev1)
            case .ev2: .exactly(.ev2)
            case .best: .bestOfCard
            }
        }
    }

    private let application: Setting<DESFireApplicationID>
    private let key: DESFireKeySettings
    private let uidKey: DESFireKeySettings?
    private let messaging: Setting<Messaging>
    private let identity: (file: DESFireFileSettingsSection, length: Setting<Int>)?
    private let purse: DESFirePurseSettings?
    private let tender: Setting<Tender>

    init(_ section: ConfigurationSection) {
        application = section.value("application", expected: "a DESFire application of 6 hexadecimal digits") { text in
            guard let bytes = Hex.decode(text), bytes.count == 3, Hex.encode(bytes) == text else { return nil }
            return DESFireApplicationID(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        }
        key = DESFireKeySettings(section.section("key"))
        uidKey = section.writtenSection("uid_key").map(DESFireKeySettings.init)
        messaging = section.choice("messaging", as: Messaging.self, default: .ev2)
        identity = section.writtenSection("identity").map {
            (DESFireFileSettingsSection($0, number: "file"), $0.integer("length", in: 1...10))
        }
        purse = section.writtenSection("purse").map(DESFirePurseSettings.init)
        tender = section.choice("tender", as: Tender.self, default: .account)
        uidKey?.rejectUID()
        if purse == nil, case .found(.purse) = tender {
            section.reject("tender", "the card's own purse pays only where the section purse says its files")
        }
        if let file = identity?.file { purse?.reject(file, "the purse would overwrite the card's number") }
    }

    func value(name: String, limits: CardLimits) throws(ConfigurationError) -> DESFireProfileDefinition {
        var card = DESFireProfile.Identity.uid
        if let identity { card = .file(try identity.file.value(), length: UInt8(try identity.length.value)) }
        return DESFireProfileDefinition(
            name: name, application: try application.value, key: try key.value(profile: name),
            uidKey: try uidKey.map { key throws(ConfigurationError) in try key.value(profile: name) },
            messaging: try messaging.value.rule, identity: card,
            purse: try purse.map { purse throws(ConfigurationError) in try purse.value() },
            tender: try tender.value, limits: limits)
    }
}

/// The section `key` or `uid_key` of a DESFire profile.
private struct DESFireKeySettings {
    private let section: ConfigurationSection
    private let number: Setting<Int>
    private let source: CardKeySettings
    private let diversification: Setting<[String]>

    init(_ section: ConfigurationSection) {
        self.section = section
        number = section.integer("number", in: 0...13)
        source = CardKeySettings(section)
        diversification = section.strings("diversification", default: [])
        guard case .found(let texts) = diversification else { return }
        let parts = texts.compactMap(Self.part)
        let length = parts.reduce(0) { $0 + Self.length($1) }
        if parts.count < texts.count {
            section.reject(
                "diversification",
                "expected a list of uid, application, application_reversed or pairs of hexadecimal digits")
        } else if length > 31 {
            section.reject("diversification", "expected at most 31 bytes together, found \(length)")
        }
    }

    /// The key that makes a card tell its UID cannot be derived from it.
    func rejectUID() {
        guard case .found(let texts) = diversification, texts.contains("uid") else { return }
        section.reject("diversification", "uid_key is used before the card tells its UID")
    }

    func value(profile: String) throws(ConfigurationError) -> DESFireProfileDefinition.Key {
        DESFireProfileDefinition.Key(
            number: UInt8(try number.value), source: try source.value(profile: profile),
            parts: try diversification.value.compactMap(Self.part))
    }

    private static func part(_ text: String) -> DESFireKeyPart? {
        switch text {
        case "uid": return .uid
        case "application": return .application
        case "application_reversed": return .applicationReversed
        default:
            guard let bytes = Hex.decode(text), !bytes.isEmpty else { return nil }
            return .fixed(bytes)
        }
    }

    /// In bytes.
    private static func length(_ part: DESFireKeyPart) -> Int {
        switch part {
        case .uid: 7
        case .application, .applicationReversed: 3
        case .fixed(let bytes): bytes.count
        }
    }
}
