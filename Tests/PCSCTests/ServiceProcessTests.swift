import Foundation
import Simulation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(15))) struct ServiceProcessTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func shell(_ script: String, environment: [String: String] = [:]) -> ServiceProcess {
        ServiceProcess(
            executable: "/bin/sh", arguments: ["-c", script], environment: environment, logFile: folder.file("log"))
    }

    private func exists(_ process: Int32) -> Bool { kill(process, 0) == 0 }

    @Test("a port is given out once, also while its program does not listen yet")
    func ports() throws {
        let ports = try (0..<500).flatMap { _ in
            let first = try LocalPorts.free(count: 2)
            return [first, first + 1]
        }
        #expect(Set(ports).count == ports.count)
    }

    @Test("exit code, environment and output are those of the program")
    func runs() async throws {
        let program = shell("echo got $WORD; echo problem >&2; exit 7", environment: ["WORD": "soup"])
        #expect(!program.isRunning)
        try await program.start()
        #expect(try await program.waitForExit(within: .seconds(20)) == .exited(7))
        #expect(program.logTail() == "got soup\nproblem")
        #expect(!program.isRunning)
    }

    @Test("a program that has ended can be started again")
    func startsAgain() async throws {
        let program = shell("exit 3")
        for _ in 0..<3 {
            try await program.start()
            #expect(try await program.waitForExit(within: .seconds(20)) == .exited(3))
        }
    }

    @Test("a missing program is an error at the start")
    func missing() async throws {
        let program = ServiceProcess(executable: "/no/such/program", logFile: folder.file("log"))
        await #expect(throws: ServiceProcessError.self) { try await program.start() }
        #expect(!program.isRunning)
    }

    @Test("a log that cannot be written is an error at the start")
    func noLog() async throws {
        let program = ServiceProcess(executable: "/bin/true", logFile: "/no/such/folder/log")
        await #expect(throws: ServiceProcessError.self) { try await program.start() }
    }

    @Test("a second start while it runs is an error")
    func twice() async throws {
        let program = shell("exec sleep 600")
        try await program.start()
        await #expect(throws: ServiceProcessError.self) { try await program.start() }
        await program.kill()
    }

    @Test("terminating asks first and kills a program that does not listen, also one that hangs")
    func terminates() async throws {
        let polite = shell("exec sleep 600")
        try await polite.start()
        await polite.terminate()
        #expect(try await polite.waitForExit(within: .zero) == .killed(SIGTERM))

        let deaf = shell("trap '' TERM; echo ready; while :; do sleep 1; done")
        try await deaf.start()
        try await deaf.waitForLog(containing: "ready", within: .seconds(20))
        await deaf.terminate(within: .milliseconds(50))
        #expect(try await deaf.waitForExit(within: .zero) == .killed(SIGKILL))

        let stopped = shell("exec sleep 600")
        try await stopped.start()
        stopped.signal(SIGSTOP)
        await stopped.terminate()
        #expect(!stopped.isRunning)
    }

    @Test("waiting for the end has a limit, and several may wait")
    func waits() async throws {
        let program = shell("exec sleep 600")
        try await program.start()
        await #expect(throws: ServiceProcessError.self) { try await program.waitForExit(within: .milliseconds(10)) }
        async let one = program.waitForExit(within: .seconds(20))
        async let other = program.waitForExit(within: .seconds(20))
        program.signal(SIGKILL)
        #expect(try await one == .killed(SIGKILL))
        #expect(try await other == .killed(SIGKILL))
        #expect(!program.signal(SIGTERM))
    }

    @Test("a program that ends before its log says what is awaited is reported with its last words")
    func endsTooSoon() async throws {
        let program = shell("echo no such file; exit 1")
        try await program.start()
        do {
            try await program.waitForLog(containing: "ready", within: .seconds(20))
            Issue.record("no error")
        } catch {
            #expect("\(error)".contains("no such file"))
        }
    }

    @Test("it inherits no file, leads its own session and leaves no zombie")
    func isClean() async throws {
        let held = open("/dev/null", O_RDONLY)
        defer { close(held) }
        let program = shell("ls /proc/self/fd | tr '\\n' ' '; echo; ps -o sid= -p $$; exec sleep 600")
        try await program.start()
        let process = try #require(program.processIdentifier)
        try await program.waitForLog(containing: "\(process)", within: .seconds(20))
        // 3 is the folder that ls itself has open.
        #expect(program.logTail().hasPrefix("0 1 2 3 \n"))
        #expect(getsid(process) == process)
        await program.kill()
        #expect(!exists(process))
    }

    @Test("it dies with the process that started it, and so does a private pcscd")
    func diesWithParent() async throws {
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let program = ServiceProcess(executable: "/bin/sleep", arguments: ["600"], logFile: path + "/log")
            try await program.start()
            let pcscd = try PcscdInstance(folder: path)
            try await pcscd.start()
            let text = "\(program.processIdentifier ?? 0)\n"
            try text.write(toFile: path + "/program.pid", atomically: true, encoding: .utf8)
            kill(getpid(), SIGKILL)
        }
        for name in ["program.pid", "pcscd.pid"] {
            let text = try String(contentsOfFile: folder.file(name), encoding: .utf8)
            let process = try #require(Int32(text.prefix { $0.isNumber }))
            #expect(process > 0)
            try await eventually("\(name) is gone") { !exists(process) }
        }
    }
}
