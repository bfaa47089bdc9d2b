import Payments

/// The result of recomputing the books from the first posting on (promise 3).
package struct BooksReport: Codable, Sendable, Hashable {
    /// One line of the trial balance. Over all lines the balances sum to zero.
    package struct Line: Codable, Sendable, Hashable {
        /// `cardholders`, `merchants`, `purses`, `funding` or `suspense`.
        package var group: String
        package var accounts: Int64
        /// Recomputed from the entries.
        package var balanceFen: Int64
    }

    /// Whether nothing is wrong.
    package var sound: Bool
    package var postings: Int64
    package var entries: Int64
    package var records: Int64
    package var trialBalance: [Line]
    /// How many things are wrong.
    package var findingCount: Int
    /// The first of them, one sentence each.
    package var findings: [String]
}
