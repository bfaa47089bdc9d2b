import Glibc

/// Files that hold secrets.
package enum PrivateFile {
    /// Whether group or others may open the file behind an open descriptor.
    package static func isOpenToOthers(_ descriptor: Int32) throws(SystemCallFailure) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemCallFailure("fstat") }
        return status.st_mode & 0o077 != 0
    }
}
