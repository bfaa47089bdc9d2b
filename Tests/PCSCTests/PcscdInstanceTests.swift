import Foundation
import Simulation
import TestSupport
import Testing

/// Instances of their own, reached by child processes: this process's library is bound to the shared one.
@Suite(.timeLimit(.minutes(15))) struct PcscdInstanceTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func readers(of pcscd: PcscdInstance) async throws -> String {
        let log = folder.file("list-\(UUID().uuidString)")
        let tool = ServiceProcess(
            executable: "/usr/bin/opensc-tool", arguments: ["--list-readers"], environment: pcscd.environment,
            logFile: log)
        try await tool.start()
        try await tool.waitForExit(within: .seconds(20))
        return tool.logTail()
    }

    @Test("it has two readers, goes on without them, comes back after a crash, and leaves the machine's /run alone")
    func lifecycle() async throws {
        let before = try FileManager.default.contentsOfDirectory(atPath: "/run").sorted()
        let pcscd = try PcscdInstance(folder: folder.path)
        try await pcscd.start()
        let list = try await readers(of: pcscd)
        for name in PcscdInstance.readerNames { #expect(list.contains(name)) }
        await #expect(throws: ServiceProcessError.self) { try await pcscd.start() }

        try await pcscd.restart(withReaders: false)
        #expect(try await readers(of: pcscd).contains("No smart card readers found"))

        await pcscd.kill()
        #expect(!pcscd.isRunning)
        #expect(FileManager.default.fileExists(atPath: pcscd.socketPath))
        try await pcscd.start()
        #expect(try await readers(of: pcscd).contains(PcscdInstance.readerNames[1]))

        await pcscd.stop()
        #expect(!FileManager.default.fileExists(atPath: pcscd.socketPath))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/run").sorted() == before)
    }

    @Test("a folder whose path is too long for a socket is refused")
    func longPath() {
        #expect(throws: ServiceProcessError.self) {
            try PcscdInstance(folder: "/tmp/" + String(repeating: "x", count: 100))
        }
    }

    @Test("a port on which somebody listens already is an error at the start")
    func takenPort() async throws {
        let one = try PcscdInstance(folder: folder.path)
        try await one.start()
        let otherFolder = try TemporaryDirectory()
        let other = try PcscdInstance(folder: otherFolder.path, port: one.port)
        do {
            try await other.start()
            Issue.record("started on a taken port")
        } catch {
            #expect("\(error)".contains("\(one.port)"))
        }
        #expect(!other.isRunning)
        await one.stop()
    }
}
