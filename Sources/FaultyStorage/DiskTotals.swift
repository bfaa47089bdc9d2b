import Synchronization

/// What all simulated disks of this process did together, for the summary of a test run.
package struct DiskTotals: Sendable, Hashable, CustomStringConvertible {
    package private(set) var operations = 0
    package private(set) var faults = 0
    /// Power cuts and kills, images into other folders included.
    package private(set) var powerCuts = 0

    private static let shared = Mutex(DiskTotals())

    /// The totals so far.
    package static var current: DiskTotals { shared.withLock { $0 } }

    static func add(operations: Int = 0, faults: Int = 0, powerCuts: Int = 0) {
        shared.withLock { totals in
            totals.operations += operations
            totals.faults += faults
            totals.powerCuts += powerCuts
        }
    }

    /// `12 operations, 3 faults, 1 power cuts`.
    package var description: String { "\(operations) operations, \(faults) faults, \(powerCuts) power cuts" }
}
