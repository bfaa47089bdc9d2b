import CampusSimulation
import FaultyStorage
import Foundation
import Ledger
import Payments
import Terminal
import TestSupport
import Testing

@Suite("The journal on a disk that fails while the process goes on", .serialized)
struct LedgerFaultTests {
    /// One fault at every position of the morning's operations; the terminal goes on as it can. Then everything that
    /// is left, in memory and after each kind of power cut, must be what the lanes were told.
    private func failEverywhere(
        _ base: Till.Base?, kinds: Set<DiskOperation.Kind>, repetitions: Int = 1, stride: Int = 1,
        _ effect: DiskFault.Effect
    ) async throws {
        var position = 1
        while true {
            let till = try Till(base)
            let fault = DiskFault(at: position, among: kinds, repetitions: repetitions, effect)
            till.disk.inject(fault)
            try await Self.goOn(till)
            let isHit = till.disk.faultsHit > 0
            let findings = try await Self.findings(till, position)
            #expect(findings == [], "\(fault)\n\(till.lastOperations)")
            await till.abandon()
            guard isHit, findings.isEmpty else { break }
            position += stride
            await Task.yield()
        }
        #expect(position > stride)
        FaultRun.report("the journal, \(effect) at \(position / stride) positions")
    }

    /// Opens, as often as it takes, and does every step of the morning whether or not the one before it worked.
    private static func goOn(_ till: Till) async throws {
        for _ in 1...3 where till.ledger == nil {
            do throws(LedgerError) { try till.open() } catch { continue }
        }
        for step in Till.morning { _ = await step(till) }
    }

    private static func findings(_ till: Till, _ position: Int) async throws -> [CheckFinding] {
        var findings: [CheckFinding] = []
        // Faults for good: the terminal could not even start, or is still in doubt; the power cut shows what is there.
        till.disk.clearFaults()
        if let ledger = till.ledger, await !ledger.isInDoubt {
            till.settleRefusals()
            findings += try await LedgerChecks.findings(in: ledger, against: till.witness, reopened: false)
        }
        for cut in FaultRun.cuts(at: position) where findings.isEmpty {
            let image = try TemporaryDirectory()
            till.disk.copy(after: cut, into: image.path)
            findings += try await Till.findings(in: image, against: till.witness)
        }
        return findings
    }

    @Test(
        "a write or sync that fails once: what was refused is not there, what was confirmed is (1, 2)",
        arguments: [
            DiskFault.Effect.fails(.ioError), .fails(.full), .failsPartly(.full), .failsAfterwards(.ioError),
        ])
    func failsOnce(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await Till.filled(), kinds: .changes, stride: FaultRun.isThorough ? 1 : 5, effect)
    }

    @Test(
        "a sync that fails and forgets or loses its data, or was durable after all (1, 2)",
        arguments: [DiskFault.Effect.failsAndForgets, .failsAndLoses, .failsAfterwards(.ioError), .fails(.full)])
    func failingSyncs(effect: DiskFault.Effect) async throws {
        try await failEverywhere(try await Till.filled(), kinds: [.sync], effect)
    }

    @Test(
        "a disk that is full or broken from some moment on refuses, and loses nothing (11)",
        arguments: [
            DiskFault.Effect.fails(.full), .fails(.ioError), .failsAfterwards(.ioError), .failsAndForgets,
        ])
    func failsForGood(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await Till.filled(), kinds: .changes, repetitions: .max, stride: FaultRun.isThorough ? 1 : 9, effect)
    }

    @Test("a journal whose database file could not be written whole at closing is not put in place (11)")
    func failsAtCreation() async throws {
        // Closing keeps quiet about a failed checkpoint; what was renamed then had lost its log.
        try await failEverywhere(nil, kinds: .changes, stride: FaultRun.isThorough ? 1 : 9, .fails(.ioError))
        try await failEverywhere(nil, kinds: [.sync], repetitions: 3, .fails(.ioError))
    }

    @Test("a migration that fails once is done at the next opening, with every record (11)")
    func failsAtMigration() async throws {
        try await failEverywhere(
            try await Till.ofFirstVersion(), kinds: .changes, stride: FaultRun.isThorough ? 1 : 7, .fails(.full))
    }

    @Test(
        "a file that cannot be read or opened once breaks no promise",
        arguments: [
            Set<DiskOperation.Kind>([.read]), [.open],
        ])
    func reads(kinds: Set<DiskOperation.Kind>) async throws {
        try await failEverywhere(try await Till.filled(), kinds: kinds, .fails(.ioError))
    }

    @Test(
        "a sync that fails while the log is written into the database file breaks no promise",
        arguments: [
            DiskFault.Effect.fails(.ioError), .failsAndForgets, .failsAndLoses,
        ])
    func failsAtCheckpoint(effect: DiskFault.Effect) async throws {
        try await failEverywhere(
            try await Till.withLongLog(), kinds: [.sync], stride: FaultRun.isThorough ? 1 : 4, effect)
    }
}
