import Payments

/// When a terminal renews its certificate: at about two thirds of its life, each terminal at its own moment, and then
/// again and again until it has worked. After the end it still tries: the hub renews an expired certificate that nobody
/// revoked.
package struct RenewalSchedule: Sendable, Hashable {
    /// When the first try is due.
    package let due: UnixTime

    private let firstRetry: Duration
    private let lastRetry: Duration

    /// - Parameters:
    ///   - issued: when the certificate's life begins.
    ///   - expires: when it ends.
    ///   - jitter: from 0 to 1, drawn once per certificate; spreads the terminals that were enrolled on one morning
    ///     over
    ///     a sixteenth of the life after its two thirds.
    package init(issued: UnixTime, expires: UnixTime, jitter: Double) {
        invariant((0...1).contains(jitter), "jitter is a part of the whole")
        let life = max(expires.since(issued), .zero)
        due = issued.advanced(by: life * 2 / 3 + life / 16 * jitter)
        // A life of 90 days: an hour at first, six hours at last, so that the remaining third has room for 100 tries.
        firstRetry = min(max(life / 1000, .seconds(1)), .seconds(3600))
        lastRetry = min(max(life / 120, .seconds(1)), .seconds(6 * 3600))
    }

    /// How long to wait from `now` until the next try; zero when it is due.
    ///
    /// - Parameter failures: tries that failed so far.
    package func wait(now: UnixTime, failures: Int, sinceFailure: Duration) -> Duration {
        if failures == 0 { return max(due.since(now), .zero) }
        let pause = min(firstRetry * (1 << min(failures - 1, 20)), lastRetry)
        return max(pause - sinceFailure, .zero)
    }
}
