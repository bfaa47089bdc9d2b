import Foundation
import Testing

/// Debian's libfreefare, by other authors, as a program to talk to in lines.
final class LibfreefarePeer {
    /// Whether the library and its header are installed.
    static let isInstalled = FileManager.default.fileExists(atPath: "/usr/include/freefare.h")
    static let missing: Comment =
        "Debian's libfreefare-dev is not installed: nothing of other authorship to compare with"

    private let process = Process()
    private let toProgram = Pipe()
    private let fromProgram = Pipe()
    private var waiting = Data()

    init(program: URL, _ arguments: [String]) throws {
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = toProgram
        process.standardOutput = fromProgram
        try process.run()
    }

    /// Compiles the program into `folder`.
    static func build(in folder: URL) throws -> URL {
        let (source, program) = (folder.appending(path: "peer.c"), folder.appending(path: "peer"))
        try LibfreefareProgram.source.write(to: source, atomically: true, encoding: .utf8)
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = [
            "cc", "-std=gnu11", "-Wall", "-Wno-deprecated-declarations", "-o", program.path, source.path, "-lfreefare",
        ]
        try compiler.run()
        compiler.waitUntilExit()
        try #require(compiler.terminationStatus == 0, "the C compiler refused the program")
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
        process.waitUntilExit()
        return process.terminationStatus
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
