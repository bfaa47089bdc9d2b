/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// The core never asks for the time; it is always handed in.
package struct UnixTime: Hashable, Comparable, Sendable {
    /// Milliseconds since the epoch.
    package var milliseconds: Int64

    /// - Parameter milliseconds: milliseconds since the epoch.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// - Parameter seconds: seconds since the epoch.
    package init(seconds: Int64) { milliseconds = seconds * 1000 }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 { milliseconds.quotientRoundedDown(by: 1000) }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The time `duration` later, to the millisecond.
    package func advanced(by duration: Duration) -> UnixTime {
        UnixTime(milliseconds: milliseconds + duration.wholeMilliseconds)
    }

    /// How long after `other` this is; negative when it is before.
    package func since(_ other: UnixTime) -> Duration { .milliseconds(milliseconds - other.milliseconds) }
}

extension Duration {
    /// Milliseconds, fractions cut off.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity. `divisor` must be positive.
    func quotientRoundedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// The calendar form of a time in UTC, without a date library: the daemon formats its own times.
package struct CalendarTime: Hashable, Sendable {
    package var year: Int
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    /// The UTC calendar form of `time`, shifted by `offset` seconds east (28,800 for China Standard Time).
    ///
    /// Days to civil date after Howard Hinnant's `civil_from_days` (proleptic Gregorian calendar).
    package init(_ time: UnixTime, offset: Int64 = 0) {
        let seconds = time.seconds + offset
        let days = seconds.quotientRoundedDown(by: 86_400)
        let secondOfDay = seconds - days * 86_400
        let shifted = days + 719_468
        let era = shifted.quotientRoundedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
    }

    /// `2026-09-01T11:30:05Z`; only meaningful as UTC, that is with offset 0.
    package var utcText: String { "\(dateText)T\(timeText)Z" }

    /// `2026-09-01`.
    package var dateText: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    /// `11:30:05`.
    package var timeText: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    /// `20260901`, the form that cards keep (BCD YYYYMMDD).
    package var compactDate: String { "\(padded(year, 4))\(padded(month, 2))\(padded(day, 2))" }

    /// `113005`, the form that cards keep (BCD hhmmss).
    package var compactTime: String { "\(padded(hour, 2))\(padded(minute, 2))\(padded(second, 2))" }

    private func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
