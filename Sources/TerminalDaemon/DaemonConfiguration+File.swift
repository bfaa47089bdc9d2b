import Devices
import HubProtocol
import Logging
import Payments
import ServiceHost
import SmartCards
import Terminal
import Uplink

extension DaemonConfiguration {
    /// Reads and checks the file. All problems are reported together, each with file, line and key.
    package init(path: String) throws(ConfigurationError) {
        try self.init(ConfigurationFile(path: path))
    }

    /// Reads and checks an opened file.
    package init(_ file: ConfigurationFile) throws(ConfigurationError) {
        let root = file.root
        let terminalSection = root.section("terminal")
        let terminal = terminalSection.value(
            "id", expected: "12 upper-case hexadecimal digits", TerminalID.init(text:))
        let merchant = terminalSection.value("merchant", expected: "the name of a merchant", MerchantID.init(text:))
        let timeZone = terminalSection.timeZone("time_zone", default: 28_800)
        let stateDirectory = root.string("state_directory", default: "/var/lib/campus-till")
        let controlSocket = root.value(
            "control_socket", expected: "a path of at most 107 bytes", default: "/run/campus-till/tilld.sock"
        ) { (1...107).contains($0.utf8.count) ? $0 : nil }
        let hub = HubSettings(root.section("hub"))
        let lanes = root.sections("lanes", count: 1...16).map(LaneSettings.init)
        let profiles = root.sections("card_profiles", count: 1...16).map(CardProfileSettings.init)
        let windows = root.sections("service_windows", count: 0...32).map(ServiceWindowSettings.init)
        let secureModule = SecureModuleSettings(root.section("secure_module", required: false))
        let offline = OfflineSettings(root.section("offline", required: false))
        let codes = root.section("payment_codes", required: false)
        let codeLifetime = codes.duration(
            "maximum_lifetime", in: .seconds(10)...(.seconds(3600)), default: .seconds(120))
        let corrections = root.section("corrections", required: false)
        let voidPeriod = corrections.duration(
            "void_period", in: .seconds(0)...(.seconds(86_400)), default: CorrectionRules().voidPeriod)
        let refundDays = corrections.integer("refund_days", in: 0...366, default: CorrectionRules().refundDays)
        let logLevel = root.section("log", required: false).value(
            "level", expected: "trace, debug, info, notice, warning, error or critical", default: Logger.Level.info,
            Logger.Level.init(rawValue:))
        LaneSettings.rejectRepeated(lanes)
        secureModule.rejectReaders(lanes.map { $0.reader.map { $0?.description } })
        CardProfileSettings.rejectRepeated(profiles)
        ServiceWindowSettings.rejectRepeated(windows)
        for profile in profiles {
            profile.rejectUnprovable(hasSecureModule: secureModule.isPresent)
            if windows.isEmpty { profile.rejectWindowless() }
        }
        try file.finish()

        self.terminal = try terminal.value
        self.merchant = try merchant.value
        timeZoneOffset = try timeZone.value
        self.stateDirectory = try stateDirectory.value
        self.controlSocket = try controlSocket.value
        self.hub = try hub.value()
        self.lanes = []
        for lane in lanes { self.lanes.append(try lane.value()) }
        cardProfiles = []
        for profile in profiles { cardProfiles.append(try profile.value()) }
        serviceWindows = try ServiceWindowSettings.value(windows)
        self.secureModule = try secureModule.value()
        self.offline = try offline.value()
        codeLifetimeMaximum = try codeLifetime.value
        self.corrections = CorrectionRules(
            voidPeriod: try voidPeriod.value, refundDays: try refundDays.value, timeZoneOffset: timeZoneOffset)
        self.logLevel = try logLevel.value.rawValue
    }
}

private struct HubSettings {
    let address: Setting<HubAddress>
    let credential: Setting<String>
    let file: Setting<String?>
    let budget: Setting<Duration>
    let pollInterval: Setting<Duration>
    let signingKey: Setting<HubVerifyingKey?>

    init(_ section: ConfigurationSection) {
        address = section.value("url", expected: "http://HOST:PORT or https://HOST:PORT", HubAddress.init(text:))
        if case .found(let address) = address, !address.isEncrypted, !address.isLoopback {
            section.reject("url", "a hub on another machine is reached over https only")
        }
        credential = section.credentialName("secret_credential", default: "terminal-secret")
        file = section.optionalString("secret_file")
        budget = section.duration("budget", in: .milliseconds(10)...(.seconds(5)), default: .milliseconds(150))
        pollInterval = section.duration(
            "poll_interval", in: .milliseconds(100)...(.seconds(3600)), default: .seconds(1))
        signingKey = section.optionalValue(
            "signing_key", expected: "the hub's signing key, 64 hexadecimal digits", HubVerifyingKey.init(text:))
    }

    func value() throws(ConfigurationError) -> DaemonConfiguration.Hub {
        DaemonConfiguration.Hub(
            address: try address.value, secretCredential: try credential.value, secretFile: try file.value,
            budget: try budget.value, pollInterval: try pollInterval.value, signingKey: try signingKey.value)
    }
}

private struct LaneSettings {
    let section: ConfigurationSection
    let id: Setting<LaneID>
    let reader: Setting<ReaderSelector?>
    let scanner: (device: Setting<String>, speed: Setting<SerialSpeed>)?
    let armedFor: Setting<Duration>

    init(_ section: ConfigurationSection) {
        self.section = section
        id = section.value("id", expected: "the name of a lane", LaneID.init(text:))
        reader = section.optionalValue(
            "reader", expected: "a reader name, serial:NUMBER or port:PORT", ReaderSelector.init)
        if let scannerSection = section.optionalSection("scanner") {
            scanner = (
                scannerSection.string("device"),
                scannerSection.value(
                    "baud", expected: "9600, 19200, 38400, 57600 or 115200", default: SerialSpeed.baud115200
                ) { Int($0).flatMap(SerialSpeed.init(rawValue:)) }
            )
        } else {
            scanner = nil
        }
        armedFor = section.duration("armed_for", in: .seconds(5)...(.seconds(3600)), default: .seconds(60))
        if scanner == nil, case .found(nil) = reader { section.reject("reader", "a lane needs a reader or a scanner") }
    }

    /// Two lanes must not share a name or a device.
    static func rejectRepeated(_ lanes: [LaneSettings]) {
        var names: Set<LaneID> = []
        var devices: Set<String> = []
        for lane in lanes {
            if case .found(let id) = lane.id, !names.insert(id).inserted {
                lane.section.reject("id", "another lane has this name")
            }
            if case .found(let reader?) = lane.reader, !devices.insert("reader \(reader)").inserted {
                lane.section.reject("reader", "another lane uses this reader")
            }
            if case .found(let device)? = lane.scanner?.device, !devices.insert("scanner \(device)").inserted {
                lane.section.reject("scanner", "another lane uses this scanner")
            }
        }
    }

    func value() throws(ConfigurationError) -> DaemonConfiguration.Lane {
        var device: DaemonConfiguration.Scanner?
        if let scanner {
            device = DaemonConfiguration.Scanner(device: try scanner.device.value, speed: try scanner.speed.value)
        }
        return DaemonConfiguration.Lane(
            id: try id.value, reader: try reader.value, scanner: device, armedFor: try armedFor.value)
    }
}

private struct OfflineSettings {
    let permitted: Setting<Bool>
    let unprovenCards: Setting<Bool>
    let floorLimit: Setting<Amount>
    let cardAmount: Setting<Amount>
    let cardCount: Setting<Int>
    let terminalAmount: Setting<Amount>
    let terminalCount: Setting<Int>
    let contactAge: Setting<Duration>

    init(_ section: ConfigurationSection) {
        let standard = OfflinePolicy.standard
        permitted = section.boolean("permitted", default: standard.permitted)
        unprovenCards = section.boolean("unproven_cards", default: standard.unprovenCards)
        floorLimit = section.amount("floor_limit", default: standard.floorLimit)
        cardAmount = section.amount("card_amount", default: standard.cardAmount)
        cardCount = section.integer("card_count", in: 0...1000, default: standard.cardCount)
        terminalAmount = section.amount("terminal_amount", default: standard.terminalAmount)
        terminalCount = section.integer("terminal_count", in: 0...100_000, default: standard.terminalCount)
        contactAge = section.duration(
            "contact_age", in: .seconds(60)...(.seconds(30 * 86_400)), default: standard.contactAge)
    }

    func value() throws(ConfigurationError) -> OfflinePolicy {
        OfflinePolicy(
            permitted: try permitted.value, unprovenCards: try unprovenCards.value,
            floorLimit: try floorLimit.value, cardAmount: try cardAmount.value, cardCount: try cardCount.value,
            terminalAmount: try terminalAmount.value, terminalCount: try terminalCount.value,
            contactAge: try contactAge.value)
    }
}
