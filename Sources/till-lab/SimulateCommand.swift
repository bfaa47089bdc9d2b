import ArgumentParser
import CampusSimulation
import Foundation
import Lab

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Runs a whole campus in virtual time from a seed, and checks its promises.",
        discussion: """
            The same command gives the same run. Exit status 0 when every promise was kept, 1 when one was not: then \
            the last line is the shortest command found that shows it again. See docs/reference/simulation.md.
            """)

    private static let faultNames = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")

    @Option(help: "The seed; the first one with --minutes.")
    var seed: UInt64 = 1

    @Option(help: "Terminals, 1 to 64.")
    var terminals = 3

    @Option(help: "Days, 1 to 366.")
    var days = 1

    @Option(help: "Orders at each terminal on each day, 1 to 10000.")
    var sales = 60

    @Option(
        help:
            "Only these faults, with commas between, or none: \(Self.faultNames)."
    )
    var onlyFaults: String?

    @Option(help: "At most so many faults of a kind, with commas between, such as kill=1,tear=2.")
    var atMost: String?

    @Option(help: "Only the first so many incidents.")
    var events: Int?

    @Option(help: "Run seed after seed for so many minutes.")
    var minutes: Int?

    @Option(help: "A deliberately wrong build: \(Sabotage.allCases.map(\.rawValue).joined(separator: ", ")).")
    var sabotage: String?

    @Option(help: "Seconds to spend on looking for a shorter command after a failure.")
    var minimizeSeconds = 120

    @Flag(help: "Print one JSON line for each seed.")
    var json = false

    func validate() throws {
        guard (1...64).contains(terminals) else { throw ValidationError("--terminals is from 1 to 64") }
        guard (1...366).contains(days) else { throw ValidationError("--days is from 1 to 366") }
        guard (1...10_000).contains(sales) else { throw ValidationError("--sales is from 1 to 10000") }
        guard events ?? 0 >= 0, minutes ?? 1 > 0, minimizeSeconds >= 0 else {
            throw ValidationError("--events, --minutes and --minimize-seconds are not negative")
        }
        _ = try faults()
        _ = try faultMaximums()
        _ = try wrongBuild()
    }

    func run() async throws {
        let deadline = minutes.map { ContinuousClock.now + .seconds($0 * 60) }
        var plan = SimulationPlan(
            seed: seed, terminals: terminals, days: days, salesPerDay: sales, faults: try faults(),
            faultMaximums: try faultMaximums(), eventMaximum: events)
        var total = SimulationTotals()
        repeat {
            let started = ContinuousClock.now
            let progress = SimulationProgress(plan: plan, isShown: !json && isatty(STDERR_FILENO) == 1)
            let report = try await CampusSimulation.run(plan, sabotage: try wrongBuild()) { time, tally in
                progress.show(time, tally)
            }
            progress.clear()
            total.add(report)
            try show(report, took: ContinuousClock.now - started)
            guard report.violations.isEmpty else {
                if !json, total.seeds > 1 { LabOutput.line(total.text) }
                try await fail(report)
            }
            plan.seed += 1
        } while deadline.map { ContinuousClock.now < $0 } ?? false
        if !json, total.seeds > 1 { LabOutput.line(total.text) }
    }

    private func show(_ report: SimulationReport, took: Duration) throws {
        let line = SimulationLine(report, took: took)
        LabOutput.line(json ? try line.json() : line.text)
    }

    /// Says what was broken, and how to see it again.
    private func fail(_ report: SimulationReport) async throws -> Never {
        let stream = FileHandle.standardError
        for violation in report.violations.prefix(10) { stream.write(Data("\(violation.line)\n".utf8)) }
        if let first = report.violations.first, minimizeSeconds > 0 {
            stream.write(Data("looking for a shorter run…\n".utf8))
            let minimization = Minimization(
                checker: first.checker, sabotage: try wrongBuild(), limit: .seconds(minimizeSeconds))
            let smallest = await minimization.smallest(from: report)
            if let shown = smallest.violations.first { stream.write(Data("\(shown.line)\n".utf8)) }
            LabOutput.line(command(smallest.plan))
        } else {
            LabOutput.line(command(report.plan))
        }
        throw ExitCode(1)
    }

    private func command(_ plan: SimulationPlan) -> String {
        sabotage.map { "\(plan.command) --sabotage \($0)" } ?? plan.command
    }

    private func faults() throws -> Set<FaultKind> {
        guard let onlyFaults else { return Set(FaultKind.allCases) }
        guard onlyFaults != "none" else { return [] }
        return Set(
            try onlyFaults.split(separator: ",").map { name in
                guard let fault = FaultKind(rawValue: String(name)) else {
                    throw ValidationError("--only-faults: \(name) is not a fault")
                }
                return fault
            })
    }

    private func faultMaximums() throws -> [FaultKind: Int] {
        var maximums: [FaultKind: Int] = [:]
        for item in (atMost ?? "").split(separator: ",") {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let fault = FaultKind(rawValue: String(parts[0])), let maximum = Int(parts[1]),
                maximum >= 0
            else { throw ValidationError("--at-most: \(item) is not a fault and a number, such as kill=1") }
            maximums[fault] = maximum
        }
        return maximums
    }

    private func wrongBuild() throws -> Sabotage? {
        guard let sabotage else { return nil }
        guard let known = Sabotage(rawValue: sabotage) else {
            throw ValidationError("--sabotage: \(sabotage) is not a wrong build")
        }
        return known
    }
}
