/// How long to wait before the next try: a ceiling that doubles up to a cap, and a wait drawn evenly below it ("full
/// jitter"), so that the terminals of a campus do not come back all at once after the hub was away. A wait that the hub
/// itself asks for comes on top (``HubError/retryAfter``).
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

    /// The wait after the `failures`-th failure in a row, drawn evenly from everything below that failure's ceiling but
    /// its first twentieth: a hub that fails at once is not asked again at once.
    ///
    /// - Parameter failures: from 1.
    package func delay(after failures: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        // 2^20 times a millisecond is beyond any sensible cap, and far from overflow.
        let doublings = min(max(failures - 1, 0), 20)
        let ceiling = min(initial * (1 << doublings), maximum)
        return ceiling * Double.random(in: 0.05...1, using: &generator)
    }
}
