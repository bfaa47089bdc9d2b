import Glibc
import Payments

/// The file in which a terminal keeps its identity: key, certificate and authority in **one** file, so that whatever
/// moment the power goes, the key on the disk is the one that the certificate beside it is for.
package struct TerminalIdentityFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Which content the file has, without reading it; `nil` when there is none.
    package struct Version: Sendable, Hashable {
        let inode: UInt64
        let seconds: Int
        let nanoseconds: Int
        let size: Int
    }

    package var version: Version? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Version(
            inode: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
            size: status.st_size)
    }

    /// The identity; `nil` when the terminal was never enrolled.
    ///
    /// - Throws: ``CertificateError``; ``CertificateError/Code/otherTerminal`` when it is not `terminal`'s.
    package func read(terminal: TerminalID) throws(CertificateError) -> TerminalIdentity? {
        guard let text = try PrivateFile.read(path) else { return nil }
        let identity = try TerminalIdentity(text: text)
        guard identity.certificate.terminal == terminal else {
            throw CertificateError(.otherTerminal, detail: path)
        }
        return identity
    }

    /// Replaces whatever is there: an operator enrolled the terminal. The file belongs to the owner of its folder, who
    /// is the daemon's user also when root enrols.
    package func enrol(_ identity: TerminalIdentity) throws(CertificateError) {
        let lock = try Lock(path: path + ".lock")
        defer { lock.release() }
        try PrivateFile.write(identity.text, to: path)
        try giveToOwnerOfFolder()
    }

    /// Replaces `old` by `new` after a renewal.
    ///
    /// - Throws: ``CertificateError/Code/identityReplaced`` when another one is there by now; it stays.
    package func renew(_ old: TerminalIdentity, with new: TerminalIdentity) throws(CertificateError) {
        let lock = try Lock(path: path + ".lock")
        defer { lock.release() }
        guard try read(terminal: old.certificate.terminal)?.certificate == old.certificate else {
            throw CertificateError(.identityReplaced)
        }
        try PrivateFile.write(new.text, to: path)
    }

    private func giveToOwnerOfFolder() throws(CertificateError) {
        guard geteuid() == 0 else { return }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var status = stat()
        guard stat(folder, &status) == 0, chown(path, status.st_uid, status.st_gid) == 0,
            chown(path + ".lock", status.st_uid, status.st_gid) == 0
        else { throw PrivateFile.failure(.cannotWrite, path) }
    }

    /// Keeps `tilld enrol` and a renewal by the daemon apart. Held for one write.
    private struct Lock {
        let descriptor: Int32

        init(path: String) throws(CertificateError) {
            descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw PrivateFile.failure(.cannotWrite, path) }
            while flock(descriptor, LOCK_EX) != 0 {
                guard errno == EINTR else {
                    let error = PrivateFile.failure(.cannotWrite, path)
                    close(descriptor)
                    throw error
                }
            }
        }

        func release() { close(descriptor) }
    }
}
