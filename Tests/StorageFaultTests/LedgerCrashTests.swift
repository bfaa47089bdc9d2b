import CampusSimulation
import FaultyStorage
import Foundation
import Ledger
import Payments
import Terminal
import TestSupport
import Testing

@Suite("The journal under crashes at every write and sync", .serialized)
struct LedgerCrashTests {
    /// Crashes at every position, looks at every kind of power cut, until a run goes through.
    private func crashEverywhere(from base: Till.Base?, stride: Int = 1) async throws {
        var position = 1
        while true {
            let till = try Till(base)
            till.disk.inject(DiskFault(at: position, .crash))
            try await Self.live(till)
            guard till.disk.isDead else { break }
            for cut in FaultRun.cuts(at: position) {
                let image = try TemporaryDirectory()
                till.disk.copy(after: cut, into: image.path)
                let findings = try await Till.findings(in: image, against: till.witness)
                #expect(findings == [], "crash at \(position), \(cut)\n\(till.lastOperations)")
                if !findings.isEmpty { return }
            }
            await till.abandon()
            position += stride
            await Task.yield()
        }
        #expect(position > 100)
        FaultRun.report("the journal, crashes at \(position / stride) positions")
    }

    private static func live(_ till: Till) async throws {
        do throws(LedgerError) { try till.open() } catch { return }
        guard await till.run(Till.morning) else { return }
        await till.abandon()
    }

    @Test("a crash at any write, sync, truncation or deletion breaks no promise (1, 2, 3, 5, 6, 7, 8, 9, 11)")
    func crashes() async throws {
        try await crashEverywhere(from: try await Till.filled())
    }

    @Test("a crash while the log is written into the database file breaks no promise (1, 2, 3, 5, 6, 7, 8, 9, 11)")
    func crashesAtCheckpoint() async throws {
        try await crashEverywhere(from: try await Till.withLongLog(), stride: FaultRun.isThorough ? 1 : 11)
    }

    @Test("a crash while a journal is made leaves none or a whole one (11)")
    func crashesAtCreation() async throws {
        try await crashEverywhere(from: nil, stride: FaultRun.isThorough ? 1 : 5)
    }

    @Test("a crash while a journal of an earlier version is opened loses none of its records (11)")
    func crashesAtMigration() async throws {
        try await crashEverywhere(from: try await Till.ofFirstVersion(), stride: FaultRun.isThorough ? 1 : 3)
    }
}
