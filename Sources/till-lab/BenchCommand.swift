import ArgumentParser
import Foundation
import Lab

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures beside floors taken in the same run. Usually called by scripts/bench.",
        discussion: """
            Says met or not met and leaves the judgement to people: exit status 0 when everything was measured, \
            however slow, 1 with the name of a row that could not be. See docs/benchmarks.md.
            """)

    @Option(help: "What to measure, with commas between: \(BenchRow.names).")
    var rows = BenchRow.allCases.map(\.rawValue).joined(separator: ",")

    @Flag(help: "Fewer samples: for a look, not for a figure to quote.")
    var quick = false

    @Flag(help: "Print one JSON document at the end.")
    var json = false

    @Option(help: "The state folder, on the disk to be measured. It keeps a large journal for the next run.")
    var state = ".build/benchmarks/state"

    @Option(help: "The folder of the C programs that scripts/bench builds.")
    var floors = ".build/benchmarks"

    func validate() throws { _ = try selectedRows() }

    private func selectedRows() throws -> [BenchRow] {
        try rows.split(separator: ",").map { name in
            guard let row = BenchRow(rawValue: String(name)) else {
                throw ValidationError("--rows: \(name) is not one of \(BenchRow.names)")
            }
            return row
        }
    }

    func run() async throws {
        let options = Bench.Options(
            rows: try selectedRows(), isQuick: quick, state: state,
            programs: URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path,
            floors: floors)
        let report: Bench.Report
        do {
            report = try await Bench.run(
                options, began: { if !json { LabOutput.line("\($0.text)\n\n\(BenchFigure.heading)") } },
                measured: { if !json { LabOutput.line("\n\($0.text)") } })
        } catch {
            FileHandle.standardError.write(Data("till-lab bench: \(error)\n".utf8))
            throw ExitCode(1)
        }
        if json { LabOutput.line(try report.json()) }
        guard report.failed.isEmpty else {
            let names = report.failed.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("till-lab bench: not measured: \(names)\n".utf8))
            throw ExitCode(1)
        }
    }
}
