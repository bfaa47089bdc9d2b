import Glibc
import Payments

/// Whole files of the real file system.
enum DiskFolder {
    /// `nil` when the file cannot be read.
    static func content(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        let size = Int(information.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            initialized = max(0, pread(descriptor, buffer.baseAddress, size, 0))
        }
        return bytes.count == size ? bytes : nil
    }

    static func put(_ content: [UInt8], at path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        invariant(descriptor >= 0, "a file of a simulated disk can be put back")
        let written = write(descriptor, content, content.count)
        close(descriptor)
        invariant(written == content.count, "a file of a simulated disk is put back whole")
    }

    static func remove(_ path: String) {
        invariant(unlink(path) == 0 || errno == ENOENT, "a file of a simulated disk can be removed")
    }

    /// Names of the regular files in a folder.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            guard entry.pointee.d_type == DT_REG else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }
}
