import Glibc
import Terminal

/// Keeps a second process from opening the same journal. The lock is on a file beside the database, because closing
/// any descriptor of the database itself would drop SQLite's own locks.
///
/// The lock goes with the process, however it ends; the file stays.
final class LockFile: Sendable {
    private let descriptor: Int32

    init(path: String) throws(LedgerError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open lock") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            throw LedgerError(number == EWOULDBLOCK ? .inUse : .cannotOpen, detail: "flock errno \(number)")
        }
        self.descriptor = descriptor
    }

    deinit {
        // Said before the close: a program that is being started at this moment has a copy of the descriptor until it
        // runs, and would keep the lock for so long.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
