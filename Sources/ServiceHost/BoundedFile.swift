import Glibc

/// Reads small files whole, with a limit, and never waits for a pipe or a device.
enum BoundedFile {
    /// The file's bytes and the permission bits it had when it was opened.
    struct Content {
        let bytes: [UInt8]
        let permissions: mode_t
    }

    /// Why a file cannot be used.
    struct Failure: Error {
        let isTooLarge: Bool
        let text: String

        init(_ text: String, isTooLarge: Bool = false) {
            self.text = text
            self.isTooLarge = isTooLarge
        }

        init(errno code: Int32) { self.init("cannot be read: \(String(cString: strerror(code)))") }
    }

    /// - Parameter limit: largest size accepted, in bytes.
    static func read(_ path: String, limit: Int) throws(Failure) -> Content {
        // Without O_NONBLOCK, opening a named pipe waits for its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(errno: errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Failure("is a directory, expected a file")
        default: throw Failure("is not a regular file")
        }
        // One byte more than allowed is asked for, so that a file that grows meanwhile is noticed.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count == 0 { break }
            if count > 0 { length += count } else if errno != EINTR { throw Failure(errno: errno) }
        }
        bytes.removeSubrange(length...)
        guard bytes.count <= limit else { throw Failure("is larger than \(limit) bytes", isTooLarge: true) }
        return Content(bytes: bytes, permissions: status.st_mode & 0o7777)
    }
}
