import GRDB
import Payments

/// Gives the postings of one write transaction their business days.
struct DayPlacing {
    private struct Late: Hashable {
        var terminal: TerminalID
        var day: BusinessDay
        var lateDay: BusinessDay
    }

    // Read once: nothing else writes while the transaction runs.
    private var days: (calendar: BusinessCalendar, closedThrough: BusinessDay?)?
    private var late: [Late: Int] = [:]
    private var now: UnixTime?

    /// - Parameter transaction: the terminal's transaction that the posting is of; `nil` for the office's own.
    mutating func place(
        posting: Int64, transaction: TransactionID?, occurredAt: UnixTime, postedAt: UnixTime, _ db: Database
    ) throws {
        let days = try self.days ?? (DayTable.calendar(db), DayTable.closedThrough(db))
        self.days = days
        let place = days.calendar.place(
            occurredAt: occurredAt, postedAt: postedAt, closedThrough: days.closedThrough)
        try DayTable.insert(posting: posting, place, db)
        if let lateDay = place.lateDay, let transaction {
            late[Late(terminal: transaction.terminal, day: place.day, lateDay: lateDay), default: 0] += 1
            now = postedAt
        }
    }

    /// Lists what came late: once per terminal and closed day, however many batches bring it.
    func report(_ db: Database) throws {
        guard let now else { return }
        for (late, count) in late {
            try ExceptionTable.raise(
                HubException(
                    .recordsLate, subject: "\(late.terminal)/\(late.lateDay)",
                    text: "\(count) sales of closed day \(late.lateDay) came late and stand in \(late.day)",
                    terminal: late.terminal),
                now: now, db)
        }
    }
}
