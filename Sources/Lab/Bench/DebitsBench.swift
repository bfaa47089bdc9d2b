import Foundation
import Ledger
import Terminal

/// Durable debits per second, one per commit and 64 per commit, the ledger against plain SQLite in C. All write the
/// same rows into copies of the same journal, in rounds that take turns.
struct DebitsBench {
    /// Debits in a full commit.
    private static let batch = SQLiteLedger.commitLimit
    /// The copies of the journal for the floor that only writes and for the one that also reads.
    private static let writing = "floor-writing.sqlite"
    private static let reading = "floor-reading.sqlite"

    let bench: Bench

    /// How one kind of round commits.
    private struct Commits {
        let batch: Int
        let debits: Int

        /// Debits before each round that do not count: by then the write-ahead log has its full size (1,000 pages at
        /// about 6 for a debit) and is written over in place, as on a terminal that has been up for an hour.
        var warmUp: Int { batch == 1 ? 250 : 10 * batch }
    }

    /// One side's figures over all rounds.
    private struct Side {
        var samples = Samples()
        /// Of ours only: the transaction without the way to the ledger's thread and back.
        var transaction = Samples()
        var perSecond: [Double] = []
        var commits = 0

        var medianPerSecond: Double { perSecond.sorted()[perSecond.count / 2] }
    }

    func result() async throws -> BenchResult {
        let original = try await BenchLedger.kept(in: bench.state, progress: bench.progress)
        let folder = try bench.emptyFolder("debits")
        let ledger = try original.copy(to: folder)
        for file in [Self.writing, Self.reading] {
            try FileManager.default.copyItem(atPath: original.journal, toPath: "\(folder)/\(file)")
        }
        let sync = try await bench.floors.sync(folder + "/sync", count: 200)

        let rounds = bench.options.isQuick ? 3 : 7
        let count = roundSize(sync)
        let (single, full) = (
            Commits(batch: 1, debits: count), Commits(batch: Self.batch, debits: count * Self.batch / 4)
        )
        var figures: [BenchFigure] = []
        var notes = [Self.note(sync)]
        for commits in [single, full] {
            var (ours, writing, reading) = (Side(), Side(), Side())
            for round in 0..<rounds {
                bench.progress.show("debits, \(commits.batch) per commit: round \(round + 1) of \(rounds)")
                // Turns move on from round to round, so that nobody always comes first.
                for turn in 0..<3 {
                    switch (round + turn) % 3 {
                    case 0: try await measure(ledger, commits, into: &ours)
                    case 1: try await measure("\(folder)/\(Self.writing)", commits, into: &writing)
                    default: try await measure("\(folder)/\(Self.reading)", commits, into: &reading)
                    }
                }
            }
            figures += Self.figures(commits, ours, writing, reading)
            notes.append(
                "\(commits.batch) per commit: \(rounds) rounds of \(commits.debits) debits, "
                    + "\(ours.samples.count / max(ours.commits, 1)) in each of the ledger's commits")
        }
        return BenchResult(row: .debits, figures: figures, notes: notes)
    }

    private static func figures(_ commits: Commits, _ ours: Side, _ writing: Side, _ reading: Side) -> [BenchFigure] {
        let name = commits.batch == 1 ? "one per commit" : "\(commits.batch) per commit"
        var figures = [
            BenchFigure(
                "debits, \(name)", ours.medianPerSecond, .perSecond, floor: writing.medianPerSecond,
                of: "SQLite in C, the same rows"
            ).ratioAtLeast(commits.batch == 1 ? 0.9 : 0.8),
            BenchFigure(
                "  the same", ours.medianPerSecond, .perSecond, floor: reading.medianPerSecond,
                of: "SQLite in C, the same rows and the decision's reads"),
        ]
        // The floor's samples are of transactions, so only single debits can be compared with them.
        if commits.batch == 1 {
            figures += [
                BenchFigure("  one debit, median", ours.samples.median, .milliseconds, floor: writing.samples.median),
                BenchFigure("  one debit, p99", ours.samples.p99, .milliseconds, floor: writing.samples.p99),
                BenchFigure(
                    "  its transaction alone, median", ours.transaction.median, .milliseconds,
                    floor: reading.samples.median, of: "the same with reads"),
            ]
        } else {
            figures += [
                BenchFigure("  one debit with its wait for the commit, median", ours.samples.median, .milliseconds),
                BenchFigure("  one debit with its wait for the commit, p99", ours.samples.p99, .milliseconds),
                BenchFigure(
                    "  one transaction, median", ours.transaction.median, .milliseconds,
                    floor: reading.samples.median, of: "the same with reads"),
            ]
        }
        return figures
    }

    /// Says when the disk cannot be what was measured.
    private static func note(_ sync: Samples) -> String {
        let times = String(format: "%.3f ms (p99 %.3f ms)", sync.median, sync.p99)
        let quickest = 0.2
        return sync.median < quickest
            ? "a sync of this disk takes \(times), less than flash needs: these ratios compare processor time"
            : "a sync of this disk takes \(times)"
    }

    /// As many debits as syncs take about two seconds, so that a slow disk does not make the bench long.
    private func roundSize(_ sync: Samples) -> Int {
        let wanted = Int(2000 / max(sync.median, 0.1))
        return min(max(wanted, 200), bench.options.isQuick ? 1000 : 4000) / Self.batch * Self.batch
    }

    private func measure(_ file: String, _ commits: Commits, into side: inout Side) async throws {
        let measurement = try await bench.floors.debits(
            file, reads: file.hasSuffix(Self.reading), count: commits.debits, batch: commits.batch,
            warmUp: commits.warmUp, accounts: BenchLedger.payers.count)
        side.samples.add(nanoseconds: measurement.nanoseconds)
        side.perSecond.append(Double(commits.debits) / (Double(measurement.elapsedNanoseconds) / 1e9))
    }

    private func measure(_ copy: BenchLedger, _ commits: Commits, into side: inout Side) async throws {
        let ledger = try copy.open(
            reservationWindow: commits.batch == 1
                ? SQLiteLedger.standardReservationWindow : BenchLedger.reservationWindow)
        let warmUp = try await Int(ledger.figures().sequence)
        let first = warmUp + commits.warmUp
        _ = try await conclude(ledger, commits.batch, warmUp..<first)
        let made = await ledger.commitCount
        let start = ContinuousClock.now
        let times = try await conclude(ledger, commits.batch, first..<first + commits.debits)
        side.perSecond.append(Double(commits.debits) / ((ContinuousClock.now - start).milliseconds / 1000))
        side.samples.add(nanoseconds: times.debit.nanoseconds)
        side.transaction.add(nanoseconds: times.commit.nanoseconds)
        side.commits += await ledger.commitCount - made
        try await ledger.close()
    }

    private func conclude(
        _ ledger: SQLiteLedger, _ batch: Int, _ debits: Range<Int>
    ) async throws -> BenchDebits.Times {
        batch == 1
            ? try await BenchDebits.sequentially(ledger, debits: debits)
            : try await BenchDebits.concurrently(ledger, debits: debits)
    }
}
