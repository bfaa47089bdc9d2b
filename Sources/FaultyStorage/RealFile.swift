import GRDBSQLite

/// A file of SQLite's Unix layer, inside the memory that SQLite gave for ours.
///
/// `@unchecked` because a pointer cannot be marked `Sendable`: the memory is SQLite's and lives until our `xClose`
/// returns, and it is only touched under the lock of the disk.
struct RealFile: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<sqlite3_file>

    private var methods: sqlite3_io_methods? { pointer.pointee.pMethods?.pointee }

    func close() -> Int32 { methods?.xClose?(pointer) ?? SQLITE_OK }

    func read(_ bytes: UnsafeMutableRawPointer, _ count: Int32, at offset: Int64) -> Int32 {
        methods?.xRead?(pointer, bytes, count, offset) ?? ResultCodes.read
    }

    /// `count` bytes from `offset` on, all of which exist.
    func bytes(_ count: Int, at offset: Int64) -> [UInt8]? {
        var result = SQLITE_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = 0
            guard count > 0, let start = buffer.baseAddress else { return }
            result = read(start, Int32(count), at: offset)
            initialized = result == SQLITE_OK ? count : 0
        }
        return result == SQLITE_OK ? bytes : nil
    }

    func write(_ bytes: UnsafeRawPointer, _ count: Int32, at offset: Int64) -> Int32 {
        methods?.xWrite?(pointer, bytes, count, offset) ?? ResultCodes.write
    }

    func truncate(_ size: Int64) -> Int32 { methods?.xTruncate?(pointer, size) ?? ResultCodes.truncate }

    func size(_ size: UnsafeMutablePointer<Int64>) -> Int32 {
        methods?.xFileSize?(pointer, size) ?? ResultCodes.size
    }

    /// `nil` when it cannot be told.
    var size: Int64? {
        var size: Int64 = 0
        return self.size(&size) == SQLITE_OK ? size : nil
    }

    func lock(_ level: Int32) -> Int32 { methods?.xLock?(pointer, level) ?? ResultCodes.lock }

    func unlock(_ level: Int32) -> Int32 { methods?.xUnlock?(pointer, level) ?? ResultCodes.unlock }

    func checkReservedLock(_ answer: UnsafeMutablePointer<Int32>?) -> Int32 {
        methods?.xCheckReservedLock?(pointer, answer) ?? ResultCodes.lock
    }

    func control(_ operation: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
        methods?.xFileControl?(pointer, operation, argument) ?? SQLITE_NOTFOUND
    }

    var sectorSize: Int32 { methods?.xSectorSize?(pointer) ?? 4096 }

    var deviceCharacteristics: Int32 { methods?.xDeviceCharacteristics?(pointer) ?? 0 }
}
