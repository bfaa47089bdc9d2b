import Foundation
import TestSupport

/// Puts a small file system of its own under a folder; removed with the value.
final class SmallDisk: Sendable {
    let directory: TemporaryDirectory

    /// `nil` where the process may not mount.
    init?(kibibytes: Int) throws {
        directory = try TemporaryDirectory()
        guard geteuid() == 0,
            try Self.run("/bin/mount", "-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", directory.path)
        else { return nil }
    }

    deinit { _ = try? Self.run("/bin/umount", "-l", directory.path) }

    private static func run(_ program: String, _ arguments: String...) throws -> Bool {
        let process = try Process.run(URL(filePath: program), arguments: arguments)
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
