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
        let port = listen.integer("port", in: 0...65_535, default: 8470)
        let database = Self.path(root, "database", "/var/lib/campus-till-hub/hub.sqlite")
        let socket = Self.path(root, "operator_socket", HubOptions.standardSocket)
        let key = Self.path(root, "code_key_file", "/var/lib/campus-till-hub/code-key.json")
        let unproven = root.boolean("unproven_cards_online", default: false)
        let holdLifetime = root.section("holds", required: false).duration(
            "lifetime", in: .seconds(3600)...(.seconds(366 * 86_400)), default: .seconds(72 * 3600))
        let level = root.section("log", required: false).value(
            "level", expected: "trace, debug, info, notice, warning, error or critical", default: Logger.Level.info,
            Logger.Level.init(rawValue:))
        let operatorGroup = root.optionalValue("operator_group", expected: "the name of a group") {
            $0.isEmpty ? nil : $0
        }
        let businessDay = BusinessDaySection(root.section("business_day", required: false))
        let purse = PurseSection(root.section("purse", required: false))
        try file.finish()
        hub = HubConfiguration(
            campus: try campus.value, host: try host.value, port: try port.value, databasePath: try database.value,
            operatorSocketPath: try socket.value, codeKeyPath: try key.value,
            unprovenCardsOnline: try unproven.value, timeZoneOffsetSeconds: try timeZone.value,
            holds: HubConfiguration.HoldLimits(lifetime: try holdLifetime.value), purse: try purse.settings())
        hub.businessDay = try businessDay.settings()
        hub.operatorGroup = try operatorGroup.value
        logLevel = try level.value
    }

    private static func path(_ root: ConfigurationSection, _ key: String, _ standard: String) -> Setting<String> {
        root.value(key, expected: "a path from /", default: standard) { $0.hasPrefix("/") ? $0 : nil }
    }
}
