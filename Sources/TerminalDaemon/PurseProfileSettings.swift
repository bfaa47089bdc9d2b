import Payments
import ServiceHost
import SmartCards

/// What a profile of the kind `purse` says beside name and limits.
struct PurseProfileSettings {
    private enum Proof: String, CaseIterable { case none, secureModule = "secure_module" }

    private let section: ConfigurationSection
    private let application: Setting<PurseProfile.Application>
    private let keyIndex: Setting<Int>
    private let algorithms: Setting<[String]>
    private let proof: Setting<Proof>
    private let factors: Setting<[String]>
    private let tender: Setting<Tender>
    private let compound: CompoundProfileSettings?
    private let load: (keyIndex: Setting<Int>, isPINNeeded: Setting<Bool>)?

    init(_ section: ConfigurationSection) {
        self.section = section
        if let directory = section.writtenSection("directory") {
            application = Self.application(listedIn: directory)
            if case .found(.some) = section.optionalString("application") {
                section.reject("application", "the section directory says already how the application is found")
            }
        } else {
            application = Self.application(section)
        }
        keyIndex = section.integer("key_index", in: 0...255, default: 1)
        algorithms = section.strings("algorithms", default: [])
        proof = section.choice("proof", as: Proof.self, default: .secureModule)
        factors = section.strings("diversification", default: ["application_serial"])
        tender = section.choice("tender", as: Tender.self, default: .account)
        compound = section.writtenSection("compound").map(CompoundProfileSettings.init)
        load = section.writtenSection("load").map {
            ($0.integer("key_index", in: 0...255, default: 1), $0.boolean("pin", default: true))
        }
        rejectLists()
        if case (.found(.none), .found(.purse)) = (proof, tender) {
            section.reject("tender", "a purse is debited only through a secure module: set proof: secure_module")
        }
        if compound != nil, case .found(.account) = tender {
            section.reject("compound", "a card counts meals only when its own purse pays: set tender: purse")
        }
    }

    private func rejectLists() {
        if case .found(let factors) = factors,
            !(1...3).contains(factors.count) || factors.contains(where: { Self.factor($0) == nil })
        {
            section.reject(
                "diversification", "expected one to three of application_serial, issuer, or 16 hexadecimal digits")
        }
        if case .found(let numbers) = algorithms, numbers.contains(where: { $0.hasPrefix("+") || UInt8($0) == nil }) {
            section.reject("algorithms", "expected a list of whole numbers from 0 to 255")
        }
    }

    func rejectUnprovable(hasSecureModule: Bool) {
        guard case .found(.secureModule) = proof, !hasSecureModule else { return }
        section.reject("proof", "secure_module.kind is none: configure a secure module, or set proof: none")
    }

    /// Limits per service window need windows.
    func rejectWindowless() { compound?.rejectWindowless() }

    func value(name: String, limits: CardLimits) throws(ConfigurationError) -> PurseProfile {
        var proof = PurseProfile.Proof.none
        if try self.proof.value == .secureModule {
            proof = .secureModule(factors: try factors.value.compactMap(Self.factor))
        }
        let numbers = try algorithms.value.compactMap { UInt8($0) }
        return PurseProfile(
            name: name, application: try application.value, purchaseKeyIndex: UInt8(try keyIndex.value), proof: proof,
            tender: try tender.value, limits: limits,
            purchase: try compound.map { compound throws(ConfigurationError) in .compound(try compound.value()) }
                ?? .simple,
            load: try load.map { load throws(ConfigurationError) in
                PurseProfile.Load(keyIndex: UInt8(try load.keyIndex.value), isPINNeeded: try load.isPINNeeded.value)
            },
            algorithms: numbers.isEmpty ? nil : Set(numbers))
    }

    private static func application(_ section: ConfigurationSection) -> Setting<PurseProfile.Application> {
        section.value(
            "application", expected: "an application identifier of 10 to 32 hexadecimal digits or a file of 4"
        ) { text in
            guard let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
            if bytes.count == 2 { return .file(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) }
            return (5...16).contains(bytes.count) ? .name(bytes) : nil
        }
    }

    private static func application(
        listedIn section: ConfigurationSection
    ) -> Setting<PurseProfile.Application> {
        let environment = section.value(
            "environment", expected: "a name of 1 to 16 letters, digits and dots",
            default: PurseProfile.Application.paymentEnvironment
        ) { text in
            let bytes = Array(text.utf8)
            return (1...16).contains(bytes.count) && bytes.allSatisfy { (0x21...0x7E).contains($0) } ? bytes : nil
        }
        let prefix = section.value(
            "prefix", expected: "the first 2 to 32 hexadecimal digits of an application identifier", default: [UInt8]()
        ) { text -> [UInt8]? in
            guard let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
            return (1...16).contains(bytes.count) ? bytes : nil
        }
        switch (environment, prefix) {
        case (.found(let environment), .found(let prefix)):
            return .found(.directory(environment: environment, prefix: prefix))
        case (.rejected(let error), _), (_, .rejected(let error)): return .rejected(error)
        }
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
