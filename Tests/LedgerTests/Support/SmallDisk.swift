import Glibc
import TestSupport

/// Puts a small file system of its own under a folder; removed with the value.
final class SmallDisk: Sendable {
    let directory: TemporaryDirectory

    /// `nil` where the process may not mount.
    init?(kibibytes: Int) throws {
        directory = try TemporaryDirectory()
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { return nil }
    }

    /// Taken off the folder even while a file is still open.
    deinit { umount2(directory.path, Int32(MNT_DETACH)) }
}
