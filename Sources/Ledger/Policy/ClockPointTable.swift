import GRDB
import Payments
import Terminal

/// The newest known time, stored with every commit.
enum ClockPointTable {
    static func point(_ database: Database) throws -> ClockPoint? {
        let statement = try PreparedStatement(
            database, "SELECT boot, uptime_milliseconds, time, trusted FROM clock_point WHERE id = 1")
        return try statement.first { row in
            guard let boot = row.text(0), (1...64).contains(boot.utf8.count) else {
                throw LedgerError(.damaged, detail: "clock row")
            }
            return ClockPoint(
                boot: BootID(boot), uptime: .milliseconds(row.integer(1)),
                time: UnixTime(milliseconds: row.integer(2)), isTrusted: row.integer(3) == 1)
        }
    }

    static func store(_ database: Database, _ point: ClockPoint) throws {
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO clock_point (id, boot, uptime_milliseconds, time, trusted) VALUES (1, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, uptime_milliseconds = excluded.uptime_milliseconds,
                time = excluded.time, trusted = excluded.trusted
            """)
        try statement.bind(1, point.boot.text)
        try statement.bind(2, point.uptime.wholeMilliseconds)
        try statement.bind(3, point.time.milliseconds)
        try statement.bind(4, point.isTrusted ? 1 : 0)
        try statement.execute()
    }
}
