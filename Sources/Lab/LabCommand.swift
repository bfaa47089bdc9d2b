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
        let folder = NSTemporaryDirectory() + "till-lab-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Swift.Result {
                        try runBlocking(program, arguments, environment, folder: folder, limit: limit)
                    })
            }
            thread.name = "command"
            thread.start()
        }
    }

    /// Output goes to files, so that a program that prints much cannot block on a pipe that nobody reads.
    private static func runBlocking(
        _ program: String, _ arguments: [String], _ environment: [String: String], folder: String, limit: Duration
    ) throws -> Result {
        let output = folder + "/output"
        let error = folder + "/error"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        for path in [output, error] where !FileManager.default.createFile(atPath: path, contents: nil) {
            throw LabError("cannot write \(path)")
        }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: error)
        let done = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in done.signal() }
        try process.run()
        let seconds = Double(limit.components.seconds)
        if done.wait(timeout: .now() + seconds) == .timedOut {
            process.terminate()
            throw LabError("\(program) \(arguments.first ?? "") was not over within \(limit)")
        }
        return Result(
            status: process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            error: try String(contentsOfFile: error, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
