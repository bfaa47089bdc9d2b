import ControlClient
import Foundation
import Simulation

/// Memory and start of the real `tilld` on a large journal, with pcscd, one reader and no hub in reach.
struct DaemonBench {
    /// Answers after which memory is read: by then the daemon has done everything that it does idle.
    private static let answers = 100

    private static let patience = Duration.seconds(30)

    let bench: Bench

    func result() async throws -> BenchResult {
        let original = try await BenchLedger.kept(in: bench.state, progress: bench.progress)
        let paths = try LabPaths(folder: try bench.emptyFolder("daemon"), programs: bench.options.programs)
        _ = try original.copy(to: paths.terminalState)
        _ = try LabCards(paths: paths)
        try paths.writePrivate(String(repeating: "0123456789ABCDEF", count: 4) + "\n", to: paths.terminalSecret)
        let pcscd = try PcscdInstance(folder: paths.pcscdFolder)
        // Writes the configuration; the process is started here, so that its start can be timed.
        let terminal = try LabTerminal(
            paths: paths, terminal: LabCampus.terminalID, merchant: LabCampus.merchant, hubPort: LocalPorts.free(),
            pcscEnvironment: pcscd.environment)
        try await pcscd.start()
        do {
            let result = try await measure(terminal, pcscd.environment)
            await pcscd.stop()
            return result
        } catch {
            await pcscd.stop()
            throw error
        }
    }

    private func measure(_ terminal: LabTerminal, _ environment: [String: String]) async throws -> BenchResult {
        let program = terminal.paths.program("tilld")
        let daemon = ServiceProcess(
            executable: program, arguments: ["--config", terminal.paths.terminalConfiguration],
            environment: environment, logFile: terminal.paths.log("tilld"))
        let version = ServiceProcess(
            executable: program, arguments: ["--version"], logFile: terminal.paths.log("tilld-version"))
        let rounds = bench.options.isQuick ? 5 : 15
        var (ready, floor, unclean) = (Samples(), Samples(), Samples())
        var memory: [ResidentMemory] = []
        for round in 0...rounds {
            bench.progress.show("daemon: start \(round) of \(rounds)")
            let floorTime = try await time(version)
            let start = try await start(daemon, terminal)
            let resident = try await residentMemory(daemon, terminal)
            await daemon.terminate()
            // The first start of the copied journal finds neither program nor journal in the page cache.
            guard round > 0 else { continue }
            floor.add(floorTime)
            ready.add(start)
            memory.append(resident)
        }
        for _ in 0..<3 {
            _ = try await start(daemon, terminal)
            await daemon.kill()
            unclean.add(try await start(daemon, terminal))
            await daemon.terminate()
        }
        return BenchResult(
            row: .daemon,
            figures: startFigures(ready: ready, floor: floor, unclean: unclean)
                + memoryFigures(memory.sorted { $0.total < $1.total }[memory.count / 2]),
            notes: [
                "\(rounds) starts with warm page cache; every time includes the launcher (setpriv and sh, about 3 ms)",
                "after a kill the daemon also checks its whole file",
                "program file \(fileSize(program)) MiB",
            ])
    }

    private func startFigures(ready: Samples, floor: Samples, unclean: Samples) -> [BenchFigure] {
        [
            BenchFigure(
                "start to first answer, median", ready.median, .milliseconds, floor: floor.median, of: "tilld --version"
            ).atMost(300),
            BenchFigure("start to first answer, p99", ready.p99, .milliseconds, floor: floor.p99),
            BenchFigure("start to first answer after a kill, median", unclean.median, .milliseconds),
        ]
    }

    private func memoryFigures(_ memory: ResidentMemory) -> [BenchFigure] {
        [
            BenchFigure("resident memory after \(Self.answers) answers", memory.total, .mebibytes).atMost(40),
            BenchFigure("  of it the process's own data", memory.anonymous, .mebibytes),
            BenchFigure("  of it programs and libraries", memory.file, .mebibytes),
        ]
    }

    private func time(_ process: ServiceProcess) async throws -> Duration {
        let start = ContinuousClock.now
        try await process.start()
        try await process.waitForExit(within: .seconds(10))
        return ContinuousClock.now - start
    }

    /// Starts the daemon and asks on its control socket until it answers, as somebody does who wants to sell.
    private func start(_ daemon: ServiceProcess, _ terminal: LabTerminal) async throws -> Duration {
        let start = ContinuousClock.now
        try await daemon.start()
        while (try? await terminal.client.status()) == nil {
            guard daemon.isRunning, .now - start < Self.patience else {
                await daemon.kill()
                throw LabError("tilld does not answer; its log ends:\n\(daemon.logTail())")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return .now - start
    }

    private func residentMemory(_ daemon: ServiceProcess, _ terminal: LabTerminal) async throws -> ResidentMemory {
        for _ in 0..<Self.answers { _ = try await terminal.client.status() }
        guard let process = daemon.processIdentifier else {
            throw LabError("tilld ended; its log ends:\n\(daemon.logTail())")
        }
        return try ResidentMemory(process: process)
    }

    private func fileSize(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return ((attributes?[.size] as? Int) ?? 0) >> 20
    }
}
