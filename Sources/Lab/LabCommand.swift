import Foundation
import Simulation

/// Runs a program to its end and gives what it printed.
package enum LabCommand {
    /// What a program left behind.
    package struct Result: Sendable {
        package var status: Int32
        package var output: String
        package var error: String
    }

    /// How long the lab waits for anything that comes at once on a machine with nothing else to do: one that stalls
    /// for seconds at a time must not fail a test.
    package static let patience = Duration.seconds(120)

    /// Runs `program`; one that is not over within `limit` is ended, which gives an error.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = patience
    ) async throws -> Result {
        let run = try await ProgramRun(program, arguments, environment: environment, within: limit)
        return Result(
            status: run.status, output: run.output, error: run.error.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
