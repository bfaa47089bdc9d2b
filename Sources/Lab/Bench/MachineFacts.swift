import Foundation
import Glibc

/// On what the figures were measured.
package struct MachineFacts: Sendable, Encodable {
    package var processor: String
    package var cores: Int
    package var memoryMebibytes: Int
    package var system: String
    package var kernel: String
    /// Of the folder in which everything is written.
    package var fileSystem: String
    package var sqlite: String
    /// What an optimized program can still be wrong about: this program's own build.
    package var build: String

    /// - Parameter folder: the bench's state folder.
    package init(folder: String, floors: Floors) async throws {
        processor = Self.value(of: "model name", in: "/proc/cpuinfo") ?? "unknown processor"
        cores = ProcessInfo.processInfo.activeProcessorCount
        memoryMebibytes = Int(ProcessInfo.processInfo.physicalMemory >> 20)
        system = Self.value(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=") ?? "unknown system"
        var names = utsname()
        uname(&names)
        kernel = withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let df = try await LabCommand.run(
            "/usr/bin/df", ["--output=fstype,source", folder], within: .seconds(10))
        fileSystem = df.output.split(separator: "\n").last.map(Self.singleSpaced) ?? "unknown file system"
        sqlite = try await floors.sqliteVersion()
        #if DEBUG
        build = "debug: figures of a debug build say nothing"
        #else
        build = "release"
        #endif
    }

    /// As people read it.
    package var text: String {
        """
        \(processor), \(cores) cores, \(memoryMebibytes) MiB; \(system), Linux \(kernel)
        \(fileSystem); SQLite \(sqlite); \(build) build
        """
    }

    private static func value(of key: String, in path: String, separator: Character = ":") -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        let value = line?.split(separator: separator, maxSplits: 1).last
        return value?.trimmingCharacters(in: CharacterSet(charactersIn: " \"\t"))
    }

    private static func singleSpaced(_ line: Substring) -> String {
        line.split(separator: " ").joined(separator: " ")
    }
}
