import Glibc

/// An open file that no other program inherits, closed at the end of its life.
final class FileDescriptor: Sendable {
    let number: Int32

    /// - Parameters:
    ///   - path: created with mode 0600 where `flags` has `O_CREAT`.
    ///   - flags: as open(2) takes them.
    init(_ path: String, _ flags: Int32) throws {
        number = open(path, flags | O_CLOEXEC, 0o600)
        if number < 0 { throw ServiceProcessError("\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(number) }
}
