import Payments
import ServiceHost
import SmartCards

/// The section `secure_module`.
struct SecureModuleSettings {
    private enum Kind: String, CaseIterable { case none, soft, psam }

    private let section: ConfigurationSection
    private let kind: Setting<Kind>
    private let keyFile: Setting<String?>
    private let reader: Setting<String?>
    private let application: Setting<SecureModuleProfile.Application>
    private let wrongMAC2Maximum: Setting<Int>

    init(_ section: ConfigurationSection) {
        self.section = section
        kind = section.choice("kind", as: Kind.self, default: Kind.none)
        keyFile = section.optionalString("key_file")
        reader = section.optionalString("reader")
        application = section.value(
            "application", expected: "master_file, a file of 4 hexadecimal digits or an identifier of 10 to 32",
            default: SecureModuleProfile.Application.file(0x1001)
        ) { text in
            if text == "master_file" { return .masterFile }
            guard let bytes = Hex.decode(text), Hex.encode(bytes) == text else { return nil }
            if bytes.count == 2 { return .file(UInt16(bytes[0]) << 8 | UInt16(bytes[1])) }
            return (5...16).contains(bytes.count) ? .name(bytes) : nil
        }
        wrongMAC2Maximum = section.integer("wrong_mac2_maximum", in: 1...15, default: 3)
        switch (kind, keyFile, reader) {
        case (.found(.soft), .found(nil), _): section.reject("key_file", "a soft secure module needs its key file")
        case (.found(.psam), _, .found(nil)): section.reject("reader", "a PSAM needs the reader that it lies in")
        default: break
        }
    }

    /// Whether there is one, as far as that can be told.
    var isPresent: Bool { if case .found(.none) = kind { false } else { true } }

    /// The module's slot is no lane's.
    func rejectReaders(_ lanes: [Setting<String?>]) {
        guard case .found(.psam) = kind, case .found(let own?) = reader else { return }
        for case .found(let other?) in lanes where other == own {
            section.reject("reader", "a lane uses this reader")
        }
    }

    func value() throws(ConfigurationError) -> DaemonConfiguration.SecureModule {
        switch (try kind.value, try keyFile.value, try reader.value) {
        case (.soft, let keyFile?, _): return .soft(keyFile: keyFile)
        case (.psam, _, let reader?):
            return .psam(
                reader: reader, application: try application.value, wrongMAC2Maximum: try wrongMAC2Maximum.value)
        default: return .none
        }
    }
}
