import Foundation
import Simulation
import TestSupport
import Testing

/// The real `till-lab simulate` as a person runs it.
@Suite("till-lab simulate", .serialized, .timeLimit(.minutes(20))) struct CommandTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// The executable beside the test bundle.
    private static func executable() throws -> URL {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let candidates = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
        let found = candidates.map { $0.appendingPathComponent("till-lab") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try #require(found, "till-lab is not built beside the tests")
    }

    private func run(_ executable: URL, _ arguments: [String]) async throws -> Outcome {
        let run = try await ProgramRun(executable.path, arguments, within: .seconds(1200))
        return Outcome(status: run.status, output: run.output, error: run.error)
    }

    private func simulate(_ arguments: String...) async throws -> Outcome {
        try await run(try Self.executable(), ["simulate"] + arguments)
    }

    @Test("a run that keeps its promises ends with status 0 and one line, or one JSON line")
    func kept() async throws {
        let text = try await simulate("--seed", "3", "--terminals", "1", "--sales", "5")
        #expect(text.status == 0)
        #expect(text.output.hasPrefix("seed 3: kept"))
        #expect(text.error.isEmpty)
        let json = try await simulate("--seed", "3", "--terminals", "1", "--sales", "5", "--json")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect(object?["kept"] as? Bool == true)
        #expect(object?["fingerprint"] is String)
    }

    @Test(
        "arguments that make no run are refused with status 64 and a word on which",
        arguments: [
            (["--terminals", "0"], "--terminals"), (["--days", "0"], "--days"), (["--sales", "x"], "--sales"),
            (["--only-faults", "rain"], "rain"), (["--at-most", "kill"], "kill"),
            (["--at-most", "kill=-1"], "kill=-1"),
            (["--sabotage", "nothing"], "nothing"), (["--minutes", "0"], "--minutes"),
        ])
    func refused(_ arguments: [String], named: String) async throws {
        let outcome = try await run(try Self.executable(), ["simulate"] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(named))
        #expect(outcome.output.isEmpty)
    }

    @Test("a broken promise ends with status 1, and the last line is one command that breaks it again, smaller")
    func replayed() async throws {
        let broken = try await simulate(
            "--seed", "1", "--terminals", "2", "--sales", "20", "--sabotage", "forgottenOrders",
            "--minimize-seconds", "600")
        #expect(broken.status == 1)
        #expect(broken.error.contains("promise 2 broken"))
        let command = try #require(broken.output.split(separator: "\n").last).split(separator: " ").map(String.init)
        #expect(command.starts(with: ["till-lab", "simulate", "--seed", "1", "--terminals", "1"]))
        #expect(command.contains("--at-most"))
        let again = try await run(
            try Self.executable(), Array(command.dropFirst()) + ["--minimize-seconds", "0"])
        #expect(again.status == 1)
        #expect(again.error.contains("promise 2 broken"))
        #expect(again.output.split(separator: "\n").last.map(String.init) == command.joined(separator: " "))
    }

    @Test("on a terminal a line shows virtual hour and simulated hours per second while it runs")
    func progress() async throws {
        let program = try Self.executable().path
        let outcome = try await run(
            URL(fileURLWithPath: "/usr/bin/script"),
            ["-qec", "\(program) simulate --seed 3 --terminals 1 --sales 5", directory.file("typescript")])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("hour 24 of 24"))
        #expect(outcome.output.contains("h/s"))
    }
}
