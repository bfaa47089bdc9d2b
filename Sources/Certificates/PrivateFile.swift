import DurableFiles
import Glibc

/// Files that hold a key: readable by their owner only, whole after a power cut.
enum PrivateFile {
    /// The file as text; `nil` when there is none.
    static func read(_ path: String) throws(CertificateError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(.cannotRead, path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.cannotRead, path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw CertificateError(.cannotRead, detail: "\(path): not a file")
        }
        guard status.st_mode & 0o077 == 0 else { throw CertificateError(.readableByOthers, detail: path) }
        var bytes = [UInt8](repeating: 0, count: CertificateText.limit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count == 0 { break }
            if count > 0 { length += count } else if errno != EINTR { throw failure(.cannotRead, path) }
        }
        guard length <= CertificateText.limit, let text = String(validating: bytes[..<length], as: UTF8.self) else {
            throw CertificateError(.malformed, detail: path)
        }
        return text
    }

    static func write(_ text: String, to path: String) throws(CertificateError) {
        do throws(SystemCallFailure) {
            try DurableFile.replace(path, with: Array(text.utf8))
        } catch {
            throw CertificateError(.cannotWrite, detail: "\(path): \(error)")
        }
    }

    static func failure(_ code: CertificateError.Code, _ path: String) -> CertificateError {
        CertificateError(code, detail: "\(path): \(String(cString: strerror(errno)))")
    }
}
