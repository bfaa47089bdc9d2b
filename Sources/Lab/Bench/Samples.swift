/// Durations of one thing, measured many times.
package struct Samples: Sendable {
    /// In the order in which they were measured.
    package private(set) var nanoseconds: [Int64] = []

    package init() {}

    init(nanoseconds: [Int64]) { self.nanoseconds = nanoseconds }

    package var count: Int { nanoseconds.count }

    /// Counts one more.
    package mutating func add(_ duration: Duration) {
        nanoseconds.append(duration.nanoseconds)
    }

    /// Counts more.
    package mutating func add(nanoseconds more: some Sequence<Int64>) { nanoseconds += more }

    /// The smallest sample that is not below `percent` of all of them (nearest rank), in milliseconds; 0 for none.
    package func percentile(_ percent: Double) -> Double {
        guard !nanoseconds.isEmpty else { return 0 }
        let rank = Int((percent / 100 * Double(count)).rounded(.up))
        return Double(nanoseconds.sorted()[min(max(rank, 1), count) - 1]) / 1_000_000
    }

    /// Milliseconds.
    package var median: Double { percentile(50) }
    /// Milliseconds.
    package var p99: Double { percentile(99) }
}

extension Duration {
    /// Whole nanoseconds.
    package var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }

    /// Milliseconds with their fraction.
    var milliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
