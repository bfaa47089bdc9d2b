import Certificates
import Hub
import Logging
import Payments
import ServiceHost

/// The hub's YAML file; `config/till-hub.yaml` documents each key.
struct HubConfigurationFile {
    var hub: HubConfiguration
    var logLevel: Logger.Level

    /// Reads and checks the file. All problems are reported together, each with file, line and key.
    init(path: String) throws(ConfigurationError) {
        let file = try ConfigurationFile(path: path)
        let root = file.root
        let campus = root.string("campus")
        let timeZone = root.timeZone("time_zone", default: 28_800)
        let listen = root.section("listen", required: false)
        let host = listen.string("host", default: "127.0.0.1")
        let port = listen.integer("port", in: 0...65_535, default: 8471)
        let names = listen.strings("names", default: ["localhost", "127.0.0.1"])
        let plain = root.optionalSection("plain_listen")
        let plainHost = plain?.value("host", expected: "a loopback address: 127.0.0.1 or ::1", default: "127.0.0.1") {
            TLSListener.isLoopback($0) ? $0 : nil
        }
        let plainPort = plain?.integer("port", in: 0...65_535, default: 8470)
        let certificates = root.section("certificates", required: false)
        let lifetime = certificates.duration(
            "lifetime", in: .seconds(10)...(.seconds(5 * 366 * 86_400)), default: .seconds(90 * 86_400))
        let authority = certificates.optionalValue("authority_file", expected: "a path from /") {
            $0.hasPrefix("/") ? $0 : nil
        }
        let database = Self.path(root, "database", "/var/lib/campus-till-hub/hub.sqlite")
        let socket = Self.path(root, "operator_socket", HubOptions.standardSocket)
        let key = Self.path(root, "code_key_file", "/var/lib/campus-till-hub/code-key.json")
        let signingKey = root.optionalValue("signing_key_file", expected: "a path from /") {
            $0.hasPrefix("/") ? $0 : nil
        }
        let unproven = root.boolean("unproven_cards_online", default: false)
        let holdLifetime = root.section("holds", required: false).duration(
            "lifetime", in: .seconds(3600)...(.seconds(366 * 86_400)), default: .seconds(72 * 3600))
        let hotListHistory = root.section("feed", required: false).integer(
            "hot_list_changes", in: 1...10_000_000, default: 100_000)
        let backlogRate = root.section("ingest", required: false).integer(
            "backlog_records_per_second", in: 20...1_000_000, default: IngestPacing.standardCapacity)
        let level = root.section("log", required: false).value(
            "level", expected: "trace, debug, info, notice, warning, error or critical", default: Logger.Level.info,
            Logger.Level.init(rawValue:))
        let operatorGroup = root.optionalValue("operator_group", expected: "the name of a group") {
            $0.isEmpty ? nil : $0
        }
        let businessDay = BusinessDaySection(root.section("business_day", required: false))
        let purse = PurseSection(root.section("purse", required: false))
        if case .found(let texts) = names, texts.isEmpty || texts.contains(where: { ServerName(text: $0) == nil }) {
            listen.reject("names", "expected DNS names and IP addresses, at least one")
        }
        try file.finish()
        hub = HubConfiguration(
            campus: try campus.value, host: try plainHost?.value ?? "127.0.0.1", port: try plainPort?.value ?? 0,
            databasePath: try database.value,
            operatorSocketPath: try socket.value, codeKeyPath: try key.value,
            signingKeyPath: try signingKey.value,
            unprovenCardsOnline: try unproven.value, timeZoneOffsetSeconds: try timeZone.value,
            holds: HubConfiguration.HoldLimits(lifetime: try holdLifetime.value), purse: try purse.settings(),
            servesPlain: plain != nil,
            tls: TLSListener(
                host: try host.value, port: try port.value, names: try names.value.compactMap(ServerName.init(text:))),
            authorityPath: try authority.value, certificateLifetime: try lifetime.value)
        hub.businessDay = try businessDay.settings()
        hub.operatorGroup = try operatorGroup.value
        hub.hotListHistory = try hotListHistory.value
        hub.backlogRecordsPerSecond = try backlogRate.value
        logLevel = try level.value
    }

    private static func path(_ root: ConfigurationSection, _ key: String, _ standard: String) -> Setting<String> {
        root.value(key, expected: "a path from /", default: standard) { $0.hasPrefix("/") ? $0 : nil }
    }
}
