import Hub
import ServiceHost

/// The `business_day` section of the hub's file.
struct BusinessDaySection {
    private let cutOver: Setting<Int64>
    private let grace: Setting<Duration>

    init(_ section: ConfigurationSection) {
        let standard = BusinessDaySettings()
        cutOver = section.value(
            "cut_over", expected: "a time of day such as 04:00", default: standard.cutOverSeconds, Self.timeOfDay)
        grace = section.duration("grace", in: .seconds(0)...(.seconds(20 * 3600)), default: standard.grace)
    }

    /// Only after the file was found to be without mistakes.
    func settings() throws(ConfigurationError) -> BusinessDaySettings {
        BusinessDaySettings(cutOverSeconds: try cutOver.value, grace: try grace.value)
    }

    /// Seconds after midnight of `04:00`.
    private static func timeOfDay(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hours = Int64(parts[0]), (0...23).contains(hours), let minutes = Int64(parts[1]),
            (0...59).contains(minutes)
        else { return nil }
        return hours * 3600 + minutes * 60
    }
}
