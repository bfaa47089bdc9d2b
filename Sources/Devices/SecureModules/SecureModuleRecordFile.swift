import DurableFiles
import Glibc
import SmartCards
import Terminal

/// The file in which a terminal keeps its ``SmartCards/SecureModuleRecord``. Writing waits for the disk, so it has a
/// thread of its own.
final class SecureModuleRecordFile: Sendable {
    private let path: String
    private let thread: SerialThread<Int>

    init(path: String) {
        self.path = path
        thread = SerialThread(name: "module-record") { 0 }
    }

    deinit { thread.finish() }

    /// A missing file is a new record. One that cannot be understood is never taken for that: a count would start over.
    func read() throws(SecureModuleError) -> SecureModuleRecord {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return SecureModuleRecord() }
            throw SecureModuleError(.recordDamaged, detail: "open: errno \(errno)")
        }
        defer { close(descriptor) }
        // Twice what a record needs.
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw SecureModuleError(.recordDamaged, detail: "read: errno \(errno)") }
        guard let record = SecureModuleRecord(text: String(decoding: buffer.prefix(count), as: UTF8.self)) else {
            throw SecureModuleError(.recordDamaged)
        }
        return record
    }

    /// Replaces the record; when this returns it is on disk.
    func save(_ record: SecureModuleRecord) async throws(SecureModuleError) {
        let failure: SystemCallFailure? = await withCheckedContinuation { continuation in
            let isTaken = thread.submit { [path] _ in
                do throws(SystemCallFailure) {
                    try DurableFile.replace(path, with: Array(record.text.utf8))
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
            if !isTaken { continuation.resume(returning: SystemCallFailure("closed")) }
        }
        if let failure { throw SecureModuleError(.recordNotDurable, detail: failure.description) }
    }
}
