import Foundation
import Glibc
import Synchronization

/// A program that was run to its end, and what it left behind.
///
/// Stands in for Foundation's `Process`, which reads 256 bytes of every entry of `/proc/self/fd` however short the
/// entry is, and so now and then ends the process that only wanted to start another (Swift 6.3.1; found with the
/// address sanitizer).
package struct ProgramRun: Sendable {
    package var end: ExitStatus
    /// What it wrote to standard output, and to standard error too where both were asked for in one.
    package var outputBytes: [UInt8]
    /// What it wrote to standard error.
    package var error: String

    package var output: String { String(decoding: outputBytes, as: UTF8.self) }

    /// The exit status as a shell says it: 128 and the signal's number for a program that a signal ended.
    package var status: Int32 {
        switch end {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        }
    }

    /// Runs a program on a thread of its own.
    ///
    /// - Parameters:
    ///   - program: absolute path.
    ///   - environment: added to this process's own.
    ///   - mergesError: standard error goes where standard output goes.
    ///   - limit: a program that is not over by then is killed, which gives an error.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], mergesError: Bool = false,
        within limit: Duration = .seconds(600)
    ) async throws {
        self = try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        try ProgramRun(
                            blocking: program, arguments, environment: environment, mergesError: mergesError,
                            within: limit)
                    })
            }
            thread.name = "program"
            thread.start()
        }
    }

    /// The same on the calling thread, which must not be a cooperative one for long.
    package init(
        blocking program: String, _ arguments: [String], environment: [String: String] = [:],
        mergesError: Bool = false, within limit: Duration = .seconds(600)
    ) throws {
        let input = try FileDescriptor("/dev/null", O_RDONLY)
        // Files and no pipes: a program that prints much cannot block on one that nobody reads.
        let output = try Self.unnamedFile()
        let error = mergesError ? output : try Self.unnamedFile()
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        let process = try SpawnedProgram.start(
            command: [program] + arguments, environment: variables,
            streams: StandardStreams(input: input.number, output: output.number, error: error.number))
        end = try Self.wait(for: process, program, within: limit)
        outputBytes = try Self.content(of: output)
        self.error = mergesError ? "" : String(decoding: try Self.content(of: error), as: UTF8.self)
    }

    private static func unnamedFile() throws -> FileDescriptor {
        try FileDescriptor(NSTemporaryDirectory(), O_RDWR | temporaryFile)
    }

    /// O_TMPFILE of <fcntl.h>, which Swift sees only without the GNU extensions.
    private static let temporaryFile = 0o20_000_000 | O_DIRECTORY

    private static func content(of file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = piece.withUnsafeMutableBytes {
                pread(file.number, $0.baseAddress, $0.count, off_t(bytes.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ServiceProcessError("what a program printed cannot be read") }
            if count == 0 { return bytes }
            bytes += piece.prefix(count)
        }
    }

    private static func wait(for process: pid_t, _ program: String, within limit: Duration) throws -> ExitStatus {
        // Whether the process may be signalled: not after it was reaped, when its number may be another's.
        let state = Mutex((isOver: false, isKilled: false))
        let timer = DispatchWorkItem {
            state.withLock { state in
                if state.isOver { return }
                state.isKilled = true
                kill(process, SIGKILL)
            }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Double(limit.components.seconds), execute: timer)
        defer { timer.cancel() }
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (word, isKilled) = state.withLock { state in
            var word: Int32 = 0
            while waitpid(process, &word, 0) < 0, errno == EINTR {}
            state.isOver = true
            return (word, state.isKilled)
        }
        if isKilled { throw ServiceProcessError("\(program) was not over within \(limit)") }
        return ExitStatus(waitStatus: word)
    }
}
