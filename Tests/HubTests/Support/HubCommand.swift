import Foundation
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

    /// A process that is set up and not started, with the files of its output.
    func process(_ executable: URL, _ arguments: [String]) throws -> (Process, output: URL, error: URL) {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        let output = URL(fileURLWithPath: directory.file("out-\(UUID().uuidString)"))
        let error = URL(fileURLWithPath: directory.file("err-\(UUID().uuidString)"))
        for file in [output, error] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        process.standardInput = FileHandle.nullDevice
        return (process, output, error)
    }

    func run(_ executable: URL, _ arguments: [String]) async throws -> Outcome {
        let (process, output, error) = try process(executable, arguments)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            error: String(decoding: try Data(contentsOf: error), as: UTF8.self))
    }
}
