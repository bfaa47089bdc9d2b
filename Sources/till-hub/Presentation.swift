import Hub
import Payments

/// How values are shown to a person.
struct Presentation {
    /// Seconds east of UTC in which the campus reads times.
    let timeZoneOffsetSeconds: Int64

    /// `2026-09-01 11:30:05`; a dash when there is none.
    func time(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "-" }
        let calendar = CalendarTime(UnixTime(milliseconds: milliseconds), offset: timeZoneOffsetSeconds)
        return "\(calendar.dateText) \(calendar.timeText)"
    }

    /// `12.50`; a column of amounts has its unit in the title.
    static func amount(_ fen: Int64) -> String { Amount(fen: fen).yuanText }

    /// The decline reason in words.
    static func reason(_ number: Int?) -> String {
        number.map { number in DeclineReason(rawValue: number)?.englishText ?? "reason \(number)" } ?? "-"
    }
}
