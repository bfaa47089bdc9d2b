import Payments

/// Business days.
package protocol DayStore: Sendable {
    /// Closes the open days that were over at `time`, oldest first, in one commit, and fixes their totals. A day that
    /// is closed already stays as it is.
    ///
    /// - Parameters:
    ///   - through: the last day to close; `nil` for all that are over.
    ///   - time: days that end after it stay open.
    ///   - operator: who closes; `nil` for the hub itself.
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/dayNotOver`` when `through` ends later.
    func closeDays(
        through: BusinessDay?, overAt time: UnixTime, operator: OperatorIdentity?, now: UnixTime
    ) async throws -> DayClosing

    /// Days with postings, newest first, closed and open.
    func days(_ page: PageRequest) async throws -> Page<DaySummary>
    /// One day. Refused with `notFound` when it was never closed and has no posting.
    func day(_ day: BusinessDay) async throws -> DayReport
    /// How the books stand, for the overview.
    func booksOverview(now: UnixTime) async throws -> BooksOverview
}
