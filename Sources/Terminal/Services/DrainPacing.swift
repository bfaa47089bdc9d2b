/// How fast a backlog may go to the hub: the hub says how many records a second it wants from this terminal, and the
/// terminal waits between batches so that it sends no more.
///
/// Taps are not delayed by it: they ask the hub on connections of their own and write to the journal in between.
package struct DrainPacing: Sendable, Hashable {
    /// Longest wait between two batches: a hub that asks for more does not keep sales from it for minutes.
    package static let longestPause = Duration.seconds(30)

    package init() {}

    /// The wait before the next batch.
    ///
    /// - Parameters:
    ///   - records: of the batch that was delivered.
    ///   - allowance: records a second; `nil` is no limit, less than one a mistake that costs the longest pause.
    ///   - elapsed: what the batch's own delivery took.
    package func pause(after records: Int, allowance: Int?, elapsed: Duration) -> Duration {
        guard let allowance else { return .zero }
        guard allowance > 0 else { return Self.longestPause }
        let due = Duration.seconds(1) * records / allowance
        return min(max(due - elapsed, .zero), Self.longestPause)
    }
}
