import ArgumentParser
import Foundation

/// Where a command's long output goes.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file to write; standard output unless given.", valueName: "file"))
    var output: String?

    /// Runs `body` with somewhere to write. A file appears under its name only when it is whole.
    func write(_ body: (OutputFile) async throws -> Void) async throws {
        guard let output else { return try await body(OutputFile(FileHandle.standardOutput)) }
        let part = output + ".part"
        guard FileManager.default.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: part)
        else { throw CommandFailure(.cannotCreate, "\(part) cannot be written") }
        do {
            try await body(OutputFile(handle))
            try handle.synchronize()
            try handle.close()
        } catch {
            try? FileManager.default.removeItem(atPath: part)
            throw error
        }
        guard rename(part, output) == 0 else {
            throw CommandFailure(.cannotCreate, "\(output): \(String(cString: strerror(errno)))")
        }
    }
}

/// A file that is written piece by piece.
struct OutputFile {
    private let handle: FileHandle

    init(_ handle: FileHandle) { self.handle = handle }

    func write(_ text: String) throws {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandFailure(.cannotCreate, "the output cannot be written")
        }
    }
}
