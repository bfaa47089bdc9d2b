import GRDBSQLite
import Payments
import Synchronization

/// The layer between SQLite and its Unix layer. Registered once for the process, as the default: what is not under the
/// folder of a simulated disk goes straight to the Unix layer, opened files included.
///
/// `@unchecked` because pointers cannot be marked `Sendable`: both are set once and the Unix layer never changes.
final class FaultyVFS: @unchecked Sendable {
    static let shared = FaultyVFS()

    /// SQLite's own default.
    let unix: UnsafeMutablePointer<sqlite3_vfs>
    private let registered: UnsafeMutablePointer<sqlite3_vfs>
    private let disks = Mutex<[String: WeakDisk]>([:])

    private struct WeakDisk: Sendable {
        let identity: ObjectIdentifier
        weak let disk: SimulatedDisk?
    }

    private init() {
        guard let found = sqlite3_vfs_find(nil) else { fatalError("SQLite has no default VFS") }
        unix = found
        registered = .allocate(capacity: 1)
        registered.initialize(to: found.pointee)
        registered.pointee.pNext = nil
        registered.pointee.zName = Self.makeName()
        registered.pointee.szOsFile = Int32(FileMemory.realOffset) + found.pointee.szOsFile
        registered.pointee.xOpen = { _, path, file, flags, flagsOut in
            guard let file else { return SQLITE_CANTOPEN }
            return FaultyVFS.shared.open(path, file, flags, flagsOut)
        }
        registered.pointee.xDelete = { _, path, syncsFolder in
            guard let path else { return ResultCodes.delete }
            return FaultyVFS.shared.delete(path, syncsFolder)
        }
        registered.pointee.xAccess = { _, path, flags, answer in
            guard let path else { return ResultCodes.access }
            return FaultyVFS.shared.access(path, flags, answer)
        }
        let result = sqlite3_vfs_register(registered, 1)
        invariant(result == SQLITE_OK, "the layer is registered")
    }

    /// From now on files under the disk's folder are the disk's.
    func attach(_ disk: SimulatedDisk) {
        let entry = WeakDisk(identity: ObjectIdentifier(disk), disk: disk)
        disks.withLock { $0[disk.folder] = entry }
    }

    func detach(folder: String, _ identity: ObjectIdentifier) {
        disks.withLock { disks in
            if disks[folder]?.identity == identity { disks[folder] = nil }
        }
    }

    private func disk(for path: String) -> SimulatedDisk? {
        // References are taken outside the lock: giving back the last one detaches the disk, which takes the lock.
        let entries = disks.withLock { Array($0.values) }
        return entries.compactMap(\.disk).filter { DiskPath.isInside(path, folder: $0.folder) }
            .max { $0.folder.utf8.count < $1.folder.utf8.count }
    }

    private func open(
        _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ flagsOut: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let path, flags & SQLITE_OPEN_DELETEONCLOSE == 0, let disk = disk(for: String(cString: path)) else {
            return openUnix(path, file, flags, flagsOut)
        }
        return disk.open(String(cString: path), file, flags) { real in openUnix(path, real, flags, flagsOut) }
    }

    private func openUnix(
        _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ flagsOut: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        unix.pointee.xOpen?(unix, path, file, flags, flagsOut) ?? SQLITE_CANTOPEN
    }

    private func delete(_ path: UnsafePointer<CChar>, _ syncsFolder: Int32) -> Int32 {
        let unlink = { self.unix.pointee.xDelete?(self.unix, path, syncsFolder) ?? ResultCodes.delete }
        guard let disk = disk(for: String(cString: path)) else { return unlink() }
        return disk.delete(String(cString: path), syncsFolder: syncsFolder != 0, unlink)
    }

    private func access(
        _ path: UnsafePointer<CChar>, _ flags: Int32, _ answer: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        if let disk = disk(for: String(cString: path)), disk.isDead { return ResultCodes.access }
        return unix.pointee.xAccess?(unix, path, flags, answer) ?? ResultCodes.access
    }

    /// The layer's name, for as long as the process lives, as SQLite wants it.
    private static func makeName() -> UnsafePointer<CChar> {
        let text = "campus-till-lab".utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
        for (index, character) in text.enumerated() { copy[index] = character }
        return UnsafePointer(copy)
    }
}
