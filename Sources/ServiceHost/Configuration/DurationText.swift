/// Durations as operators write them: a whole number and a unit, `150ms`, `10s`, `5min`, `24h`, `7d`.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("min", 60_000), ("s", 1000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// `nil` when `text` is not such a duration or longer than a hundred years.
    static func parse(_ text: String) -> Duration? {
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits)
            else { return nil }
            let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
            guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
            return .milliseconds(milliseconds)
        }
        return nil
    }

    /// The shortest way to write `duration` to the millisecond, with the largest unit that fits.
    static func render(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let largestFirst = units.sorted { $0.milliseconds > $1.milliseconds }
        for unit in largestFirst where milliseconds != 0 && milliseconds % unit.milliseconds == 0 {
            return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
        }
        return "\(milliseconds)ms"
    }
}
