import Foundation
import Glibc
import Simulation
import Testing

/// Debian's libfreefare, by other authors, as a program to talk to in lines.
final class LibfreefarePeer {
    /// Whether the library and its header are installed.
    static let isInstalled = FileManager.default.fileExists(atPath: "/usr/include/freefare.h")
    static let missing: Comment =
        "Debian's libfreefare-dev is not installed: nothing of other authorship to compare with"

    private let process: pid_t
    private let toProgram = Pipe()
    private let fromProgram = Pipe()
    private var waiting = Data()
    private var isReaped = false

    init(program: URL, _ arguments: [String]) throws {
        let (input, output) = (toProgram.fileHandleForReading, fromProgram.fileHandleForWriting)
        process = try SpawnedProgram.start(
            command: [program.path] + arguments, environment: [],
            streams: StandardStreams(
                input: input.fileDescriptor, output: output.fileDescriptor, error: output.fileDescriptor))
        // The program has its own; the end of its output shows only when nobody else holds it open.
        try input.close()
        try output.close()
    }

    /// Always reaped: swift-testing's exit tests wait for any child of this process, and one that is left over keeps
    /// them from seeing their own (6.3.1).
    deinit {
        if isReaped { return }
        kill(process, SIGKILL)
        _ = waitUntilExit()
    }

    /// Compiles the program into `folder`.
    static func build(in folder: URL) throws -> URL {
        let (source, program) = (folder.appending(path: "peer.c"), folder.appending(path: "peer"))
        try LibfreefareProgram.source.write(to: source, atomically: true, encoding: .utf8)
        let compiler = try ProgramRun(
            blocking: "/usr/bin/env",
            [
                "cc", "-std=gnu11", "-Wall", "-Wno-deprecated-declarations", "-o", program.path, source.path,
                "-lfreefare",
            ])
        try #require(compiler.status == 0, "the C compiler refused the program: \(compiler.error)")
        return program
    }

    func write(_ line: String) throws { try toProgram.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    func closeInput() throws { try toProgram.fileHandleForWriting.close() }

    /// The next line; `nil` at the end.
    func line() -> String? {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: waiting[..<end], as: UTF8.self)
                waiting = Data(waiting[(end + 1)...])
                return line
            }
            let more = fromProgram.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            waiting += more
        }
    }

    func waitUntilExit() -> Int32 {
        var word: Int32 = 0
        while waitpid(process, &word, 0) < 0, errno == EINTR {}
        isReaped = true
        return word & 0x7F == 0 ? word >> 8 & 0xFF : 128 + word & 0x7F
    }
}

/// Does blocking work on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result { try body() }) }.start()
    }
}

/// A new empty folder, removed with its content afterwards.
func withTemporaryFolder<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "campus-till-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        do { try FileManager.default.removeItem(at: folder) } catch { Issue.record("\(folder.path): \(error)") }
    }
    return try body(folder)
}
