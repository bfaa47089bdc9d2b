/// The times of day at which meals are served, each with the number under which cards count it.
package struct ServiceWindows: Sendable, Hashable {
    /// One meal, on every day.
    package struct Window: Sendable, Hashable {
        /// 1 to 255.
        package let id: UInt8
        /// First minute of the local day, 0 to 1439.
        package let start: Int
        /// First minute after it, up to 1440, which is midnight.
        package let end: Int

        /// - Returns: `nil` when a number is out of its range or the window does not end after its start. A window
        ///   never goes over midnight: cards count by day.
        package init?(id: UInt8, start: Int, end: Int) {
            guard id > 0, start >= 0, start < end, end <= 1440 else { return nil }
            self.id = id
            self.start = start
            self.end = end
        }

        /// Whether some minute belongs to both.
        package func overlaps(_ other: Window) -> Bool { start < other.end && other.start < end }
    }

    package let windows: [Window]

    /// No windows: it is never a meal's time.
    package init() { windows = [] }

    /// - Returns: `nil` when two windows overlap or have the same number.
    package init?(_ windows: [Window]) {
        for (index, window) in windows.enumerated() {
            for other in windows[..<index] where other.id == window.id || other.overlaps(window) { return nil }
        }
        self.windows = windows
    }

    /// The number of the window that is open, 0 outside any.
    ///
    /// - Parameter time: local.
    package func open(at time: CalendarTime) -> UInt8 {
        let minute = time.hour * 60 + time.minute
        return windows.first { $0.start <= minute && minute < $0.end }?.id ?? 0
    }
}
