import Glibc

/// Tells a file from another one that later has its name.
struct FileIdentity: Sendable, Hashable {
    private let device: UInt
    private let node: UInt

    /// `nil` when there is no such file.
    init?(path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return nil }
        device = UInt(information.st_dev)
        node = UInt(information.st_ino)
    }
}
