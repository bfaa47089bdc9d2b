import Foundation

/// Measures the rows of docs/benchmarks.md, each beside a floor taken in the same run. Says met or not met, and leaves
/// the judgement to people: a slow machine is no failure.
package struct Bench: Sendable {
    /// What to measure, and where.
    package struct Options: Sendable {
        package var rows: [BenchRow]
        /// Fewer samples: for a look, not for a figure to quote.
        package var isQuick: Bool
        /// The state folder, on the disk to be measured.
        package var state: String
        /// Where `tilld` and `till-hub` were built.
        package var programs: String
        /// Where the C programs were built.
        package var floors: String

        package init(rows: [BenchRow], isQuick: Bool, state: String, programs: String, floors: String) {
            self.rows = rows
            self.isQuick = isQuick
            self.state = state
            self.programs = programs
            self.floors = floors
        }
    }

    /// All that a run came to.
    package struct Report: Sendable, Encodable {
        package var machine: MachineFacts
        package var isQuick: Bool
        package var results: [BenchResult]

        /// The rows that could not be measured.
        package var failed: [BenchRow] { results.filter { $0.failure != nil }.map(\.row) }

        /// As JSON, keys sorted.
        package func json() throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    let options: Options
    let state: String
    let floors: Floors
    let progress = BenchProgress()

    private init(options: Options) throws {
        self.options = options
        state = URL(fileURLWithPath: options.state).standardizedFileURL.path
        floors = try Floors(folder: options.floors)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    }

    /// Measures. A row that cannot be measured says why and does not keep the others from it.
    ///
    /// - Parameters:
    ///   - began: called with the machine before the first row.
    ///   - measured: called with each row as soon as it is measured.
    package static func run(
        _ options: Options, began: (MachineFacts) -> Void, measured: (BenchResult) -> Void
    ) async throws -> Report {
        let bench = try Bench(options: options)
        let machine = try await MachineFacts(folder: bench.state, floors: bench.floors)
        began(machine)
        var report = Report(machine: machine, isQuick: options.isQuick, results: [])
        for row in BenchRow.allCases where options.rows.contains(row) {
            var result: BenchResult
            do {
                result = try await bench.measure(row)
            } catch {
                result = BenchResult(row: row, failure: "\(error)")
            }
            bench.progress.clear()
            report.results.append(result)
            measured(result)
        }
        return report
    }

    private func measure(_ row: BenchRow) async throws -> BenchResult {
        switch row {
        case .debits: try await DebitsBench(bench: self).result()
        case .codes: try await CodesBench(bench: self).result()
        case .daemon: try await DaemonBench(bench: self).result()
        case .apdu: try await ExchangesBench(bench: self).result()
        case .taps: try await TapsBench(bench: self).result()
        case .purse: try await PurseTapsBench(bench: self).result()
        case .ingest: try await IngestBench(bench: self).result()
        case .drain: try await DrainBench(bench: self).result()
        case .hotList: try await HotListBench(bench: self).result()
        case .feed: try await FeedBench(bench: self).result()
        }
    }

    /// An empty folder of the row's own below the state folder; what an earlier run left in it is removed.
    func emptyFolder(_ name: String) throws -> String {
        let folder = "\(state)/\(name)"
        if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}
