import DurableFiles
import Glibc
import Terminal

/// The few file operations that the journal and its key need beyond SQLite: each either is on disk when it returns,
/// or throws with the call and errno.
enum FileSystem {
    /// Whether anything is at `path`. Another answer than yes or no (no permission, say) is an error: taking it for
    /// "no" would start a new journal beside an existing one.
    static func exists(_ path: String) throws(LedgerError) -> Bool {
        var information = stat()
        if lstat(path, &information) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("stat")
    }

    /// The first `count` bytes, fewer when the file is shorter.
    static func head(of path: String, count: Int) throws(LedgerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let length = pread(descriptor, &bytes, count, 0)
        guard length >= 0 else { throw failure("read") }
        return Array(bytes.prefix(length))
    }

    /// Creates an empty file that only its owner can read; refuses when there is one.
    static func createPrivate(_ path: String) throws(LedgerError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create") }
        close(descriptor)
    }

    /// Removes a file that may be there.
    static func removeIfPresent(_ path: String) throws(LedgerError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("unlink") }
    }

    /// Writes a small private file so that after a power cut it is there whole or not at all.
    static func writePrivate(_ bytes: [UInt8], to path: String) throws(LedgerError) {
        do { try DurableFile.replace(path, with: bytes) } catch { throw LedgerError(error) }
    }

    /// Renames and makes the name durable.
    static func moveIntoPlace(_ temporary: String, _ path: String) throws(LedgerError) {
        do { try DurableFile.moveIntoPlace(temporary, path) } catch { throw LedgerError(error) }
    }

    static func failure(_ call: String) -> LedgerError { LedgerError(SystemCallFailure(call)) }
}

extension LedgerError {
    fileprivate init(_ failure: SystemCallFailure) {
        let isFull = failure.number == ENOSPC || failure.number == EDQUOT
        self.init(isFull ? .diskFull : .cannotOpen, detail: failure.description)
    }
}
