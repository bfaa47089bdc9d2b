import Glibc

/// To whom a file belongs.
package enum FileOwner {
    /// The number of the file's group.
    package static func group(of path: String) throws(SystemCallFailure) -> UInt32 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemCallFailure("stat") }
        return status.st_gid
    }
}
