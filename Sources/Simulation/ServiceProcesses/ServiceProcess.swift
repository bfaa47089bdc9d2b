import Foundation
import Glibc
import Synchronization

/// A program that a test, demo or bench runs beside itself: started, watched, signalled and always reaped.
///
/// - It has a session of its own, so that Ctrl-C reaches only whoever started it, who then ends it in order.
/// - It is killed when this process dies, however that happens.
/// - It inherits no file descriptor; its output is appended to `logFile`.
/// - One thread per running program waits for its end, so there are no zombies.
///
/// After its end it can be started again. The thread keeps this object alive while the program runs.
package final class ServiceProcess: Sendable {
    package let executable: String
    package let arguments: [String]
    /// Added to this process's own environment.
    package let environment: [String: String]
    package let logFile: String

    private enum Phase {
        case notStarted
        case running(pid_t)
        case ended(ExitStatus)
    }

    private struct State {
        var phase = Phase.notStarted
        var waiting: [Int: CheckedContinuation<ExitStatus?, Never>] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// - Parameter executable: An absolute path.
    package init(executable: String, arguments: [String] = [], environment: [String: String] = [:], logFile: String) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.logFile = logFile
    }

    /// Starts the program. Returns as soon as it runs; what it then needs to be ready is for the caller to await.
    ///
    /// - Parameter more: environment variables for this run only.
    package func start(with more: [String: String] = [:]) async throws {
        if isRunning { throw ServiceProcessError("\(executable) runs already") }
        guard access(executable, X_OK) == 0 else {
            throw ServiceProcessError("\(executable) is not there or cannot be executed")
        }
        try await withCheckedThrowingContinuation { (started: CheckedContinuation<Void, any Error>) in
            // The kernel ties the death signal to the thread that started the program, not to the process. So this
            // thread starts it and then stays until the program has ended.
            let thread = Thread { [self] in
                do {
                    let process = try spawn(more)
                    state.withLock { $0.phase = .running(process) }
                    started.resume()
                    reap(process)
                } catch {
                    started.resume(throwing: error)
                }
            }
            thread.name = "reaper"
            thread.start()
        }
    }

    /// Whether the program runs.
    package var isRunning: Bool { processIdentifier != nil }

    /// The program's process id while it runs.
    package var processIdentifier: Int32? {
        state.withLock { if case .running(let process) = $0.phase { process } else { nil } }
    }

    /// Sends a signal.
    ///
    /// - Returns: false when the program does not run.
    @discardableResult
    package func signal(_ signal: Int32) -> Bool {
        // Under the lock: the id stays the program's own until it is reaped, which also needs the lock.
        state.withLock { state in
            guard case .running(let process) = state.phase else { return false }
            return Glibc.kill(process, signal) == 0
        }
    }

    /// Waits for the program's end.
    ///
    /// - Throws: ``ServiceProcessError`` when it still runs after `limit`.
    @discardableResult
    package func waitForExit(within limit: Duration) async throws -> ExitStatus {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let timer = Task {
            do { try await Task.sleep(for: limit) } catch { return }
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
        let status = await withCheckedContinuation { (waiter: CheckedContinuation<ExitStatus?, Never>) in
            let known = state.withLock { state -> ExitStatus?? in
                switch state.phase {
                case .ended(let status): return .some(status)
                case .notStarted: return .some(nil)
                case .running:
                    state.waiting[number] = waiter
                    return nil
                }
            }
            if let known { waiter.resume(returning: known) }
        }
        timer.cancel()
        guard let status else { throw ServiceProcessError("\(executable) had not ended after \(limit)") }
        return status
    }

    /// Asks the program to end (SIGTERM), and kills it when it does not within `grace`.
    package func terminate(within grace: Duration = .seconds(5)) async {
        guard signal(SIGTERM) else { return }
        // A program that was stopped with SIGSTOP sees no other signal until it goes on.
        signal(SIGCONT)
        do { try await waitForExit(within: grace) } catch { await kill() }
    }

    /// Kills the program (SIGKILL) and waits until it is gone.
    package func kill() async {
        guard signal(SIGKILL) else { return }
        // Only a process in uninterruptible sleep outlives SIGKILL; waiting longer would not help it.
        _ = try? await waitForExit(within: .seconds(10))
    }

    /// Waits until the log holds `text`, beginning at byte `offset`.
    ///
    /// - Throws: ``ServiceProcessError`` when the program ends first or `limit` passes.
    package func waitForLog(containing text: String, from offset: Int = 0, within limit: Duration) async throws {
        try await waitUntil("its log says \"\(text)\"", within: limit) {
            let log = FileManager.default.contents(atPath: logFile) ?? Data()
            return log.dropFirst(offset).range(of: Data(text.utf8)) != nil
        }
    }

    /// Waits until `condition` holds, looking every few milliseconds.
    ///
    /// - Throws: ``ServiceProcessError`` when the program ends first or `limit` passes.
    package func waitUntil(_ what: String, within limit: Duration, _ condition: () -> Bool) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            let isRunning = isRunning
            if condition() { return }
            if !isRunning { throw ServiceProcessError("\(executable) ended before \(what): \(logTail())") }
            if clock.now >= deadline {
                throw ServiceProcessError("\(executable): not within \(limit): \(what): \(logTail())")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The last kilobyte of the log.
    package func logTail() -> String {
        let log = FileManager.default.contents(atPath: logFile) ?? Data()
        return String(decoding: log.suffix(1024), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Put before a command line, it makes the program die with the process `parent` (SIGKILL).
    ///
    /// The shell covers the moment before the signal was asked for: it goes on only if its parent is still the one
    /// it should be. A change of credentials by exec (entering a user namespace) clears the signal: such a program
    /// needs this once more after it.
    static func tiedTo(parent: pid_t) -> [String] {
        let onlyUnderParent = #"test "$PPID" = "$0" && exec "$@""#
        return ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/bin/sh", "-c", onlyUnderParent, String(parent)]
    }

    private func spawn(_ more: [String: String]) throws -> pid_t {
        let command = Self.tiedTo(parent: getpid()) + [executable] + arguments
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.merging(more) { $1 }.map {
            "\($0)=\($1)"
        }
        let input = try FileDescriptor("/dev/null", O_RDONLY)
        let log = try FileDescriptor(logFile, O_WRONLY | O_CREAT | O_APPEND)
        return try SpawnedProgram.start(
            command: command, environment: variables,
            streams: StandardStreams(input: input.number, output: log.number, error: log.number))
    }

    private func reap(_ process: pid_t) {
        // Waits without reaping first: the id must not be given to another process before nobody can signal it here.
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (status, waiting) = state.withLock { state in
            var word: Int32 = 0
            while waitpid(process, &word, 0) < 0, errno == EINTR {}
            let status = ExitStatus(waitStatus: word)
            let waiting = Array(state.waiting.values)
            state.waiting = [:]
            state.phase = .ended(status)
            return (status, waiting)
        }
        for waiter in waiting { waiter.resume(returning: status) }
    }
}
