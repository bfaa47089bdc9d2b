import Payments
import ServiceHost
import SmartCards

/// One entry of `card_profiles`.
struct CardProfileSettings {
    enum Kind: String, CaseIterable {
        case purse
        case desfire
        case mifareClassic = "mifare_classic"
        case identityOnly = "identity_only"
    }

    /// The part that depends on the kind.
    private enum Part {
        case purse(PurseProfileSettings)
        case desfire(DESFireProfileSettings)
        case mifareClassic(MIFAREClassicProfileSettings)
        case identityOnly(Setting<IdentifierTransform>)
        /// The kind itself is wrong.
        case none
    }

    private let section: ConfigurationSection
    private let kind: Setting<Kind>
    private let name: Setting<String>
    private let limits: CardLimitSettings
    private let part: Part

    init(_ section: ConfigurationSection) {
        self.section = section
        kind = section.choice("kind", as: Kind.self)
        name = section.value("name", expected: "a name of 1 to 32 letters, digits, -, _ or .") {
            MerchantID(text: $0)?.text
        }
        limits = CardLimitSettings(section.section("limits", required: false))
        switch kind {
        case .found(.purse): part = .purse(PurseProfileSettings(section))
        case .found(.desfire): part = .desfire(DESFireProfileSettings(section))
        case .found(.mifareClassic): part = .mifareClassic(MIFAREClassicProfileSettings(section))
        case .found(.identityOnly):
            part = .identityOnly(
                section.value(
                    "byte_order", expected: "as_read or reversed", default: IdentifierTransform.asRead
                ) { ["as_read": .asRead, "reversed": .reversed][$0] })
        case .rejected: part = .none
        }
    }

    /// Two profiles must not share a name, and none stands behind one that could take its cards.
    static func rejectRepeated(_ profiles: [CardProfileSettings]) {
        var names: Set<String> = []
        for (index, profile) in profiles.enumerated() {
            if case .found(let name) = profile.name, !names.insert(name).inserted {
                profile.section.reject("name", "another profile has this name")
            }
            guard case .found(let kind) = profile.kind else { continue }
            if kind == .identityOnly, index < profiles.count - 1 {
                profile.section.reject("kind", "identity_only fits every card: it must be the last profile")
            }
            if kind == .mifareClassic, profiles[index...].contains(where: { $0.isFoundBySelection }) {
                profile.section.reject(
                    "kind", "a CPU card may play a memory card: mifare_classic comes after purse and desfire")
            }
        }
    }

    private var isFoundBySelection: Bool {
        switch kind {
        case .found(.purse), .found(.desfire): true
        default: false
        }
    }

    /// A profile with limits per service window needs windows.
    func rejectWindowless() {
        if case .purse(let purse) = part { purse.rejectWindowless() }
    }

    /// A profile that wants a proof needs something that can check it.
    func rejectUnprovable(hasSecureModule: Bool) {
        if case .purse(let purse) = part { purse.rejectUnprovable(hasSecureModule: hasSecureModule) }
    }

    func value() throws(ConfigurationError) -> ConfiguredCardProfile {
        let name = try name.value
        let limits = try limits.value()
        switch part {
        case .purse(let purse): return .ready(.purse(try purse.value(name: name, limits: limits)))
        case .desfire(let desfire): return .desfire(try desfire.value(name: name, limits: limits))
        case .mifareClassic(let classic): return .mifareClassic(try classic.value(name: name, limits: limits))
        case .identityOnly(let transform):
            return .ready(.identityOnly(IdentityProfile(name: name, transform: try transform.value, limits: limits)))
        case .none:
            _ = try kind.value
            fatalError("a profile of a known kind has its part")
        }
    }
}

/// The section `limits` of a profile.
struct CardLimitSettings {
    private let amountMaximum: Setting<Amount?>
    private let isHubRequired: Setting<Bool>

    init(_ section: ConfigurationSection) {
        amountMaximum = section.optionalSaleAmount("amount")
        isHubRequired = section.boolean("hub_required", default: false)
    }

    func value() throws(ConfigurationError) -> CardLimits {
        CardLimits(amountMaximum: try amountMaximum.value, isHubRequired: try isHubRequired.value)
    }
}
