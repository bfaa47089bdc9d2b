import Payments

/// Shares out what the hub can take among the terminals that have a backlog, so that two hundred terminals that come
/// back together do not keep each other's, and everybody's holds, waiting.
///
/// Pure: time and measured latency come in, the allowance goes out.
package struct IngestPacing: Sendable {
    /// Records a second that all backlogs together may bring as a standard; half of what the hub can take, so that
    /// holds and the newest sales find it free.
    package static let standardCapacity = 5000
    /// A batch that takes longer, in seconds, says that the hub has too much to do.
    package static let latencyTarget = 0.05
    /// Fewest records a second for a terminal: a backlog always goes on.
    package static let allowanceMinimum = 20
    /// A terminal that has not been heard of for so long drains no more.
    private static let forgotten = Duration.seconds(60)

    private let capacity: Int
    private var draining: [TerminalID: UnixTime] = [:]
    /// Smoothed time that a batch takes, in seconds; a new batch weighs one eighth (as in RFC 6298, section 2).
    private var latency = 0.0

    /// - Parameter capacity: records a second that all backlogs together may bring.
    package init(capacity: Int = standardCapacity) { self.capacity = capacity }

    /// Notes a batch and says how fast the terminal may go on.
    ///
    /// - Parameters:
    ///   - backlog: records that the terminal still has.
    ///   - elapsed: what storing the batch took.
    /// - Returns: records a second; `nil` when nothing is left to pace.
    package mutating func allowance(
        _ terminal: TerminalID, backlog: UInt64, elapsed: Duration, now: UnixTime
    ) -> Int? {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        latency += (seconds - latency) / 8
        draining = draining.filter { now.since($0.value) < Self.forgotten }
        guard backlog > 0 else {
            draining[terminal] = nil
            return nil
        }
        draining[terminal] = now
        let share = Double(capacity) / Double(draining.count)
        let slowed = latency > Self.latencyTarget ? share * Self.latencyTarget / latency : share
        return max(Int(slowed), Self.allowanceMinimum)
    }
}
