import Foundation
import Glibc
import Payments

/// The JSON file in which a simulated card keeps its memory. Replaced as a whole: after a power cut it holds the old
/// memory or the new one.
package struct CardStateFile: Sendable {
    /// Where the file is.
    package let path: String

    package init(path: String) { self.path = path }

    /// Reads the memory.
    package func load() throws -> PurseCardMemory {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return try JSONDecoder().decode(PurseCardMemory.self, from: data)
    }

    /// Writes the memory to a file beside, syncs it, renames it over the old one, and syncs the folder.
    package func save(_ memory: PurseCardMemory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes = [UInt8](try encoder.encode(memory))
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CardStateFileError(.notWritten, call: "open", errno: errno) }
        do {
            defer { close(file) }
            try write(bytes, to: file)
            guard fsync(file) == 0 else { throw CardStateFileError(.notWritten, call: "fsync", errno: errno) }
        }
        guard rename(temporary, path) == 0 else {
            throw CardStateFileError(.notWritten, call: "rename", errno: errno)
        }
        try syncFolder()
    }

    private func write(_ bytes: [UInt8], to file: Int32) throws(CardStateFileError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw CardStateFileError(.notWritten, call: "write", errno: errno) }
            written += count
        }
    }

    private func syncFolder() throws(CardStateFileError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw CardStateFileError(.notWritten, call: "open folder", errno: errno) }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw CardStateFileError(.notWritten, call: "fsync folder", errno: errno) }
    }
}

/// A simulated card's memory could not be kept. Numbers 1451–1459, lab only.
package struct CardStateFileError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case notWritten = 1451
    }

    package let code: Code
    /// The system call and its error number.
    package let detail: String

    package init(_ code: Code, call: String, errno: Int32) {
        self.code = code
        detail = "\(call): \(String(cString: strerror(errno)))"
    }

    package var number: Int { code.rawValue }
    package var message: String { "the simulated card's state file cannot be written (\(detail))" }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
