import Payments
import ServiceHost
import SmartCards

/// What a profile of the kind `purse` says beside name and limits.
struct PurseProfileSettings {
    private enum Proof: String, CaseIterable { case none, secureModule = "secure_module" }

    private let section: ConfigurationSection
    private let application: Setting<PurseProfile.Application>
    private let keyIndex: Setting<Int>
    private let proof: Setting<Proof>
    private let factors: Setting<[String]>
    private let tender: Setting<Tender>
    private let load: (keyIndex: Setting<Int>, isPINNeeded: Setting<Bool>)?

    init(_ section: ConfigurationSection) {
        self.section = section
        application = section.value(
            "application", expected: "an application identifier of 10 to 32 hexadecimal digits or a file of 4"
        ) { text in
            guard let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
            if bytes.count == 2 { return .file(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) }
            return (5...16).contains(bytes.count) ? .name(bytes) : nil
        }
        keyIndex = section.integer("key_index", in: 0...255, default: 1)
        proof = section.choice("proof", as: Proof.self, default: .secureModule)
        factors = section.strings("diversification", default: ["application_serial"])
        tender = section.choice("tender", as: Tender.self, default: .account)
        load = section.optionalSection("load").map {
            ($0.integer("key_index", in: 0...255, default: 1), $0.boolean("pin", default: true))
        }
        if case .found(let factors) = factors,
            !(1...3).contains(factors.count) || factors.contains(where: { Self.factor($0) == nil })
        {
            section.reject(
                "diversification", "expected one to three of application_serial, issuer, or 16 hexadecimal digits")
        }
        if case (.found(.none), .found(.purse)) = (proof, tender) {
            section.reject("tender", "a purse is debited only through a secure module: set proof: secure_module")
        }
    }

    func rejectUnprovable(hasSecureModule: Bool) {
        guard case .found(.secureModule) = proof, !hasSecureModule else { return }
        section.reject("proof", "secure_module.kind is none: configure a secure module, or set proof: none")
    }

    func value(name: String, limits: CardLimits) throws(ConfigurationError) -> PurseProfile {
        var proof = PurseProfile.Proof.none
        if try self.proof.value == .secureModule {
            proof = .secureModule(factors: try factors.value.compactMap(Self.factor))
        }
        var load: PurseProfile.Load?
        if let settings = self.load {
            load = PurseProfile.Load(
                keyIndex: UInt8(try settings.keyIndex.value), isPINNeeded: try settings.isPINNeeded.value)
        }
        return PurseProfile(
            name: name, application: try application.value, purchaseKeyIndex: UInt8(try keyIndex.value), proof: proof,
            tender: try tender.value, limits: limits, load: load)
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
