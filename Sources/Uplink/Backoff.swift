/// How long to wait before the next try: doubling, with jitter, up to a cap. Jitter keeps the terminals of a campus
/// from coming back all at once after the hub was away.
package struct Backoff: Sendable, Hashable {
    private let initial: Duration
    private let maximum: Duration

    /// - Parameters:
    ///   - initial: longest wait after the first failure, at least a millisecond.
    ///   - maximum: longest wait after any number of failures.
    package init(initial: Duration = .seconds(1), maximum: Duration = .seconds(60)) {
        self.initial = min(max(initial, .milliseconds(1)), maximum)
        self.maximum = maximum
    }

    /// The wait after the `failures`-th failure in a row, drawn evenly from the upper half below that failure's
    /// ceiling: never so short that a struggling hub is hammered.
    ///
    /// - Parameter failures: from 1.
    package func delay(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        // 2^20 times a millisecond is beyond any sensible cap, and far from overflow.
        let doublings = min(max(failures - 1, 0), 20)
        let ceiling = min(initial * (1 << doublings), maximum)
        return ceiling / 2 + (ceiling / 2) * Double.random(in: 0...1, using: &generator)
    }
}
