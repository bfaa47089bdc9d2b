import Payments
import ServiceHost

/// One entry of `service_windows`.
struct ServiceWindowSettings {
    private let section: ConfigurationSection
    private let id: Setting<Int>
    private let start: Setting<Int>
    private let end: Setting<Int>

    init(_ section: ConfigurationSection) {
        self.section = section
        id = section.integer("id", in: 1...255)
        start = section.timeOfDay("from")
        end = section.timeOfDay("to")
        if case .found(let start) = start, case .found(let end) = end, end <= start {
            section.reject("to", "a window ends after it begins, on the same day")
        }
    }

    /// Two windows must not share a number or a minute.
    static func rejectRepeated(_ windows: [ServiceWindowSettings]) {
        for (index, window) in windows.enumerated() {
            for other in windows[..<index] {
                if case .found(let id) = window.id, case .found(let otherID) = other.id, id == otherID {
                    window.section.reject("id", "another window has this number")
                }
                if let range = window.range, let otherRange = other.range, range.overlaps(otherRange) {
                    window.section.reject("from", "another window is open then")
                }
            }
        }
    }

    private var range: Range<Int>? {
        guard case .found(let start) = start, case .found(let end) = end, start < end else { return nil }
        return start..<end
    }

    static func value(_ windows: [ServiceWindowSettings]) throws(ConfigurationError) -> ServiceWindows {
        var values: [ServiceWindows.Window] = []
        for window in windows {
            let value = ServiceWindows.Window(
                id: UInt8(try window.id.value), start: try window.start.value, end: try window.end.value)
            guard let value else { fatalError("a service window was checked when it was read") }
            values.append(value)
        }
        guard let all = ServiceWindows(values) else { fatalError("service windows were compared when they were read") }
        return all
    }
}

extension ConfigurationSection {
    /// Minutes since midnight of a local time of day, written `06:30`; `24:00` is the day's end.
    fileprivate func timeOfDay(_ key: String) -> Setting<Int> {
        value(key, expected: "a time of day from 00:00 to 24:00, such as 06:30") { text in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2,
                parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
            else { return nil }
            let minutes = hour * 60 + minute
            return minutes <= 1440 ? minutes : nil
        }
    }
}
