import Payments

/// When business days start, and which one a posting belongs to.
package struct BusinessCalendar: Sendable, Hashable {
    /// The campus's time: seconds east of UTC.
    package var offsetSeconds: Int64
    /// Local time of day at which a business day starts, in seconds after midnight, 0 to 86,399.
    package var cutOverSeconds: Int64

    /// Days that are open before any day was closed, so that a terminal whose clock stands at 1970 opens no day there.
    package static let firstOpenDays: Int64 = 31

    package init(offsetSeconds: Int64 = 28_800, cutOverSeconds: Int64 = 4 * 3600) {
        invariant((0..<86_400).contains(cutOverSeconds), "the cut-over is a time of day")
        self.offsetSeconds = offsetSeconds
        self.cutOverSeconds = cutOverSeconds
    }

    /// The business day in which `time` lies.
    package func day(of time: UnixTime) -> BusinessDay {
        let (days, rest) = (time.seconds + offsetSeconds - cutOverSeconds).quotientAndRemainder(dividingBy: 86_400)
        return BusinessDay(clamping: rest < 0 ? days - 1 : days)
    }

    /// The moment at which `day` starts.
    package func start(of day: BusinessDay) -> UnixTime {
        UnixTime(seconds: day.number * 86_400 + cutOverSeconds - offsetSeconds)
    }

    /// The moment at which `day` is over.
    package func end(of day: BusinessDay) -> UnixTime { start(of: day).advanced(by: .seconds(86_400)) }

    /// Where a posting belongs.
    package struct Place: Sendable, Hashable {
        package var day: BusinessDay
        /// The closed day in which it happened; `nil` for a posting that came in time.
        package var lateDay: BusinessDay?

        package init(day: BusinessDay, lateDay: BusinessDay? = nil) {
            self.day = day
            self.lateDay = lateDay
        }
    }

    /// The day of a posting: the one in which it happened while that is open, else the oldest open one.
    ///
    /// - Parameters:
    ///   - occurredAt: when it happened, by the terminal's clock; a time after `postedAt` counts as `postedAt`.
    ///   - postedAt: when the hub posts it.
    ///   - closedThrough: the last closed day; `nil` when none was closed.
    package func place(occurredAt: UnixTime, postedAt: UnixTime, closedThrough: BusinessDay?) -> Place {
        let natural = day(of: min(occurredAt, postedAt))
        let today = day(of: postedAt)
        if let closedThrough {
            return natural > closedThrough ? Place(day: natural) : Place(day: closedThrough.next, lateDay: natural)
        }
        let oldest = BusinessDay(clamping: today.number - Self.firstOpenDays)
        return natural >= oldest ? Place(day: natural) : Place(day: today, lateDay: natural)
    }
}
