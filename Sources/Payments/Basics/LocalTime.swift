/// A local time as people type it: `2026-11-20T12:00`.
package struct LocalTime: Sendable, Hashable {
    /// Seconds since 1970 as if the time were UTC.
    package let seconds: Int64

    /// - Returns: `nil` for anything but a day from 1970 to 2099 and a time of day.
    package init?(_ text: String) {
        let parts = text.split(whereSeparator: { "-T:".contains($0) }).map { Int64($0) }
        guard text.utf8.count == 16, parts.count == 5, let year = parts[0], let month = parts[1], let day = parts[2],
            let hour = parts[3], let minute = parts[4], (1970...2099).contains(year), (1...12).contains(month),
            (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        let isLeap = year % 4 == 0
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[Int(month) - 1]).contains(day) else { return nil }
        let years = (1970..<year).reduce(Int64(0)) { $0 + ($1 % 4 == 0 ? 366 : 365) }
        let days = years + lengths[..<(Int(month) - 1)].reduce(0, +) + day - 1
        seconds = days * 86_400 + hour * 3600 + minute * 60
    }

    /// The moment, at a place `offset` seconds east of UTC.
    package func time(offset: Int64) -> UnixTime { UnixTime(seconds: seconds - offset) }
}
