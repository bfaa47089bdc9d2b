/// How the office's work stands.
package struct BooksOverview: Codable, Sendable, Hashable {
    /// The business day of this moment.
    package var today: BusinessDay
    /// When business days change: seconds east of UTC, and seconds after midnight there.
    package var offsetSeconds: Int64
    package var cutOverSeconds: Int64
    /// The last closed day; absent when none was closed.
    package var closedThrough: BusinessDay?
    /// Postings that came after their day was closed, in the open days.
    package var latePostings: Int64
    /// Open exceptions that nobody took.
    package var unassignedExceptions: Int64
    /// Open exceptions that somebody took.
    package var assignedExceptions: Int64
    /// Adjustments that wait for a second person.
    package var proposedAdjustments: Int64
    /// Settlements that wait for a second person.
    package var draftSettlements: Int64
    /// Confirmed settlements that are not paid out.
    package var unpaidSettlements: Int64
}
