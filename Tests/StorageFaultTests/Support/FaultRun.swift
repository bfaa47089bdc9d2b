import CampusSimulation
import FaultyStorage
import Foundation
import TestSupport

/// How thorough these tests are, and what they did.
enum FaultRun {
    /// Set to more than 1 by `CAMPUS_TILL_STORAGE_SEEDS` for a long run: seeds for each crash, and no position left
    /// out.
    static let seeds = ProcessInfo.processInfo.environment["CAMPUS_TILL_STORAGE_SEEDS"].flatMap(Int.init) ?? 1
    static var isThorough: Bool { seeds > 1 }

    /// Prints what a loop did, with the totals of the whole run so far.
    static func report(_ text: String) { print("storage faults: \(text); so far \(DiskTotals.current)") }

    /// Power cuts to look at after a crash at `position`.
    static func cuts(at position: Int) -> [PowerCut] {
        let partly = (0..<seeds).map { PowerCut.unsyncedPartly(seed: UInt64(position * 1000 + $0)) }
        return [.unsyncedLost, .nothingLost] + partly
    }
}
