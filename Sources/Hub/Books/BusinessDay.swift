import Payments

/// A business day (营业日), named by the date on which it starts.
package struct BusinessDay: TextIdentifier, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package let number: Int64

    /// Days of the years that people and the export formats can write: 1970 to 9999.
    private static let range: Range<Int64> = 0..<2_932_897

    /// - Parameter number: days since 1970-01-01; one outside the years 1970 to 9999 gives `nil`.
    package init?(number: Int64) {
        guard Self.range.contains(number) else { return nil }
        self.number = number
    }

    /// The nearest day that can be written; for times of clocks that are far out.
    init(clamping number: Int64) {
        self.number = min(max(number, Self.range.lowerBound), Self.range.upperBound - 1)
    }

    /// Reads `2026-09-01`.
    package init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, text.utf8.count == 10, let year = Int64(parts[0]), let month = Int64(parts[1]),
            let day = Int64(parts[2]), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        self.init(number: Self.days(year: year, month: month, day: day))
        // A date such as 02-30 names another day by then.
        guard self.text == text else { return nil }
    }

    /// `2026-09-01`.
    package var text: String { CalendarTime(UnixTime(seconds: number * 86_400)).dateText }
    package var description: String { text }

    package var next: BusinessDay { BusinessDay(clamping: number + 1) }
    package var previous: BusinessDay { BusinessDay(clamping: number - 1) }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }

    /// Days of a civil date, after Howard Hinnant's `days_from_civil` (proleptic Gregorian calendar).
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
