import Hub
import Payments
import ServiceHost
import SmartCards

/// The `purse` section of the hub's file.
struct PurseSection {
    private let tacKeyPath: Setting<String?>
    private let tacFactors: Setting<[String]>
    private let loadKeyPath: Setting<String?>
    private let loadFactors: Setting<[String]>
    private let balanceMaximum: Setting<Amount>
    private let loadMaximum: Setting<Amount>
    private let missingAfter: Setting<Duration>

    init(_ section: ConfigurationSection) {
        func path(_ key: String) -> Setting<String?> {
            section.optionalValue(key, expected: "a path from /") { $0.hasPrefix("/") ? $0 : nil }
        }
        let standard = PurseSettings()
        tacKeyPath = path("tac_key_file")
        tacFactors = Self.factors(section, "tac_diversification")
        loadKeyPath = path("load_key_file")
        loadFactors = Self.factors(section, "load_diversification")
        balanceMaximum = section.amount("balance_maximum", default: standard.balanceMaximum)
        loadMaximum = section.amount("load_maximum", default: standard.loadMaximum)
        missingAfter = section.duration(
            "missing_after", in: .seconds(3600)...(.seconds(366 * 86_400)), default: standard.missingAfter)
    }

    /// Only after the file was found to be without mistakes.
    func settings() throws(ConfigurationError) -> PurseSettings {
        func key(
            _ path: Setting<String?>, _ factors: Setting<[String]>
        ) throws(ConfigurationError) -> PurseSettings.Key? {
            guard let path = try path.value else { return nil }
            return PurseSettings.Key(path: path, factors: try factors.value.compactMap(Self.factor))
        }
        return PurseSettings(
            tacKey: try key(tacKeyPath, tacFactors), loadKey: try key(loadKeyPath, loadFactors),
            balanceMaximum: try balanceMaximum.value, loadMaximum: try loadMaximum.value,
            missingAfter: try missingAfter.value)
    }

    /// The list as written; a wrong one is reported with the file's other mistakes.
    private static func factors(_ section: ConfigurationSection, _ key: String) -> Setting<[String]> {
        let factors = section.strings(key, default: ["application_serial"])
        if case .found(let texts) = factors,
            !(1...3).contains(texts.count) || texts.contains(where: { factor($0) == nil })
        {
            section.reject(key, "expected one to three of application_serial, issuer, or 16 hexadecimal digits")
        }
        return factors
    }

    private static func factor(_ text: String) -> DiversificationFactor? {
        switch text {
        case "application_serial": return .applicationSerial
        case "issuer": return .issuer
        default:
            guard let bytes = Hex.decode(text), bytes.count == 8 else { return nil }
            return .fixed(bytes)
        }
    }
}
