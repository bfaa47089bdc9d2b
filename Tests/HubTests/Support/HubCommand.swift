import Foundation
import Simulation
import TestSupport
import Testing

/// Runs real programs and takes what they print.
struct HubCommand {
    struct Outcome {
        let status: Int32
        let output: String
        let error: String
    }

    let directory: TemporaryDirectory

    /// The executable beside the test bundle.
    static func executable(_ name: String = "till-hub") throws -> URL {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let candidates = [folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
        let found = candidates.map { $0.appendingPathComponent(name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try #require(found, "\(name) is not built beside the tests")
    }

    func run(_ executable: URL, _ arguments: [String]) async throws -> Outcome {
        let run = try await ProgramRun(executable.path, arguments)
        return Outcome(status: run.status, output: run.output, error: run.error)
    }
}
