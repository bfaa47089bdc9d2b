import Payments
import Testing

@Suite("Service windows")
struct ServiceWindowsTests {
    private static func windows() throws -> ServiceWindows {
        let breakfast = try #require(ServiceWindows.Window(id: 1, start: 6 * 60 + 30, end: 9 * 60))
        let lunch = try #require(ServiceWindows.Window(id: 2, start: 11 * 60, end: 13 * 60))
        let rest = try #require(ServiceWindows.Window(id: 9, start: 13 * 60, end: 24 * 60))
        return try #require(ServiceWindows([breakfast, lunch, rest]))
    }

    @Test(
        "a window is open from its first minute until the minute of its end",
        arguments: [
            ("06:29:59", 0), ("06:30:00", 1), ("08:59:59", 1), ("09:00:00", 0), ("10:59:59", 0), ("11:00:00", 2),
            ("12:59:59", 2), ("13:00:00", 9), ("23:59:59", 9), ("00:00:00", 0),
        ] as [(String, UInt8)])
    func open(time: String, id: UInt8) throws {
        let parts = time.split(separator: ":").compactMap { Int64($0) }
        let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        // 2026-09-01 00:00 at UTC+8.
        let midnight: Int64 = 1_788_192_000
        let local = CalendarTime(UnixTime(milliseconds: (midnight + seconds) * 1000), offset: 28_800)
        try #require(local.timeText == time)
        #expect(try Self.windows().open(at: local) == id)
    }

    @Test("without windows none is open")
    func none() {
        #expect(ServiceWindows().open(at: CalendarTime(UnixTime(milliseconds: 1_788_192_000_000))) == 0)
    }

    @Test(
        "a window without a number, without a minute, or over midnight is none",
        arguments: [(0, 60, 120), (1, -1, 120), (1, 120, 120), (1, 1380, 60), (1, 60, 1441)] as [(UInt8, Int, Int)])
    func unusable(id: UInt8, start: Int, end: Int) {
        #expect(ServiceWindows.Window(id: id, start: start, end: end) == nil)
    }

    @Test("windows that overlap or share a number are refused; windows that touch are not")
    func together() throws {
        func window(_ id: UInt8, _ start: Int, _ end: Int) throws -> ServiceWindows.Window {
            try #require(ServiceWindows.Window(id: id, start: start, end: end))
        }
        let (early, late, next) = (try window(1, 60, 120), try window(2, 119, 180), try window(2, 120, 180))
        let sameNumber = try window(1, 200, 300)
        #expect(ServiceWindows([early, late]) == nil)
        #expect(ServiceWindows([late, early]) == nil)
        #expect(ServiceWindows([early, sameNumber]) == nil)
        #expect(ServiceWindows([early, next]) != nil)
    }
}
