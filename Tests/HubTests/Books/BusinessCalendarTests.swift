import Hub
import Payments
import Testing

@Suite("Business calendar")
struct BusinessCalendarTests {
    private let calendar = BusinessCalendar()

    private func time(_ text: String, _ hour: Int64, _ minute: Int64 = 0) throws -> UnixTime {
        let day = try #require(BusinessDay(text: text))
        return UnixTime(seconds: day.number * 86_400 + hour * 3600 + minute * 60 - 28_800)
    }

    private func day(_ text: String) throws -> BusinessDay { try #require(BusinessDay(text: text)) }

    @Test("a day lasts from its cut-over to the next, in the campus's time")
    func bounds() throws {
        #expect(try calendar.day(of: time("2026-09-01", 3, 59)) == day("2026-08-31"))
        #expect(try calendar.day(of: time("2026-09-01", 4)) == day("2026-09-01"))
        #expect(try calendar.day(of: time("2026-09-02", 3, 59)) == day("2026-09-01"))
        #expect(try calendar.start(of: day("2026-09-01")) == time("2026-09-01", 4))
        #expect(try calendar.end(of: day("2026-09-01")) == time("2026-09-02", 4))
        let west = BusinessCalendar(offsetSeconds: -5 * 3600, cutOverSeconds: 0)
        #expect(west.day(of: UnixTime(seconds: 5 * 3600)).text == "1970-01-01")
        #expect(calendar.day(of: UnixTime(seconds: -10_000_000_000_000)).number == 0)
    }

    @Test(
        "a day is written as a date, and only as a real one",
        arguments: ["2026-02-29", "2026-13-01", "2026-1-1", "x", "", "2026-00-10", "1969-12-31", "2026-09-01 "])
    func badDates(text: String) { #expect(BusinessDay(text: text) == nil) }

    @Test("every day of 400 years has one date, and dates are read back")
    func dates() throws {
        for number in stride(from: Int64(0), to: 146_097, by: 1) {
            let day = try #require(BusinessDay(number: number))
            #expect(BusinessDay(text: day.text) == day)
        }
        #expect(try day("2000-02-29").next == day("2000-03-01"))
    }

    @Test("a posting belongs to the day in which it happened while that is open")
    func inTime() throws {
        let closed = try day("2026-08-31")
        let place = try calendar.place(
            occurredAt: time("2026-09-01", 12), postedAt: time("2026-09-03", 9), closedThrough: closed)
        #expect(try place == BusinessCalendar.Place(day: day("2026-09-01")))
    }

    @Test("what happened in a closed day goes into the oldest open one and is late")
    func late() throws {
        let place = try calendar.place(
            occurredAt: time("2026-08-30", 12), postedAt: time("2026-09-03", 9), closedThrough: day("2026-08-31"))
        #expect(try place == BusinessCalendar.Place(day: day("2026-09-01"), lateDay: day("2026-08-30")))
    }

    @Test("a clock that is ahead does not open a day of the future")
    func ahead() throws {
        let place = try calendar.place(
            occurredAt: time("2036-09-01", 12), postedAt: time("2026-09-03", 9), closedThrough: nil)
        #expect(try place == BusinessCalendar.Place(day: day("2026-09-03")))
    }

    @Test("before the first closing, a clock that stands at 1970 opens no day there")
    func behind() throws {
        let place = try calendar.place(
            occurredAt: UnixTime(seconds: 60), postedAt: time("2026-09-03", 9), closedThrough: nil)
        #expect(place == BusinessCalendar.Place(day: try day("2026-09-03"), lateDay: try day("1970-01-01")))
    }
}
