import Glibc

/// Small files that are whole after a power cut: keys, serial numbers, a card's memory.
package enum DurableFile {
    /// Replaces the file at `path`, readable by its owner only. When this returns, the new content is on disk under
    /// that name; after a power cut before that, the old content or none is.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(SystemCallFailure) {
        let draft = path + ".new"
        // A draft left by an interrupted run may have other permissions; a fresh one has ours.
        guard unlink(draft) == 0 || errno == ENOENT else { throw SystemCallFailure("unlink") }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallFailure("create") }
        do throws(SystemCallFailure) {
            try writeAll(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw SystemCallFailure("fsync") }
        } catch {
            close(descriptor)
            throw error
        }
        close(descriptor)
        try moveIntoPlace(draft, path)
    }

    /// Renames `draft` to `path` and makes the name durable.
    package static func moveIntoPlace(_ draft: String, _ path: String) throws(SystemCallFailure) {
        guard rename(draft, path) == 0 else { throw SystemCallFailure("rename") }
        try syncFolder(of: path)
    }

    /// Makes the names in the folder of `path` durable.
    package static func syncFolder(of path: String) throws(SystemCallFailure) {
        var folder = "."
        if let slash = path.lastIndex(of: "/") { folder = slash == path.startIndex ? "/" : String(path[..<slash]) }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallFailure("open folder") }
        let result = fsync(descriptor)
        let failure = SystemCallFailure("fsync folder")
        close(descriptor)
        guard result == 0 else { throw failure }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemCallFailure) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SystemCallFailure("write") }
            offset += written
        }
    }
}

/// A call to the system that failed. Holds no path and no content.
package struct SystemCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call, in words.
    package let call: String
    /// Its errno.
    package let number: Int32

    /// Takes `errno` as it is now.
    package init(_ call: String) {
        number = errno
        self.call = call
    }

    /// `write errno 28`.
    package var description: String { "\(call) errno \(number)" }
}
