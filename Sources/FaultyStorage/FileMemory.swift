import GRDBSQLite

/// The memory that SQLite gives for a file of ours: SQLite's own head, a reference to the ``SimulatedFile``, and the
/// file of the Unix layer.
enum FileMemory {
    private static let referenceOffset = 8
    /// Where the Unix layer's file begins, in bytes.
    static let realOffset = 16

    static func real(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + realOffset).assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Makes `file` answer through `simulated`, until ``release(_:)``.
    static func attach(_ simulated: SimulatedFile, to file: UnsafeMutablePointer<sqlite3_file>) {
        let reference = Unmanaged.passRetained(simulated).toOpaque()
        (UnsafeMutableRawPointer(file) + referenceOffset).storeBytes(of: reference, as: UnsafeMutableRawPointer.self)
        file.pointee.pMethods = methods.pointer
    }

    private static func reference(_ file: UnsafeMutablePointer<sqlite3_file>) -> Unmanaged<SimulatedFile> {
        let pointer = (UnsafeRawPointer(file) + referenceOffset).load(as: UnsafeRawPointer.self)
        return Unmanaged<SimulatedFile>.fromOpaque(pointer)
    }

    private static func simulated(_ file: UnsafeMutablePointer<sqlite3_file>?) -> SimulatedFile? {
        file.map { reference($0).takeUnretainedValue() }
    }

    /// `@unchecked` because a pointer cannot be marked `Sendable`; what it points to never changes.
    private struct Methods: @unchecked Sendable {
        let pointer: UnsafePointer<sqlite3_io_methods>
    }

    /// Version 1: no shared memory and no mapping. SQLite then takes write-ahead logging in exclusive locking mode
    /// only, which is how ledger and hub open their files.
    private static let methods: Methods = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        var table = sqlite3_io_methods()
        table.iVersion = 1
        table.xClose = { file in
            guard let file else { return SQLITE_OK }
            let result = simulated(file)?.close() ?? SQLITE_OK
            reference(file).release()
            return result
        }
        table.xRead = { file, bytes, count, offset in
            guard let bytes else { return ResultCodes.read }
            return simulated(file)?.read(bytes, count, at: offset) ?? ResultCodes.read
        }
        table.xWrite = { file, bytes, count, offset in
            guard let bytes else { return ResultCodes.write }
            return simulated(file)?.write(bytes, count, at: offset) ?? ResultCodes.write
        }
        table.xTruncate = { file, size in simulated(file)?.truncate(to: size) ?? ResultCodes.truncate }
        table.xSync = { file, _ in simulated(file)?.sync() ?? ResultCodes.sync }
        table.xFileSize = { file, size in
            guard let size else { return ResultCodes.size }
            return simulated(file)?.size(size) ?? ResultCodes.size
        }
        table.xLock = { file, level in simulated(file)?.lock(level) ?? ResultCodes.lock }
        table.xUnlock = { file, level in simulated(file)?.unlock(level) ?? SQLITE_OK }
        table.xCheckReservedLock = { file, answer in simulated(file)?.checkReservedLock(answer) ?? ResultCodes.lock }
        table.xFileControl = { file, operation, argument in
            simulated(file)?.control(operation, argument) ?? SQLITE_NOTFOUND
        }
        table.xSectorSize = { file in simulated(file)?.sectorSize ?? 4096 }
        table.xDeviceCharacteristics = { file in simulated(file)?.deviceCharacteristics ?? 0 }
        methods.initialize(to: table)
        return Methods(pointer: UnsafePointer(methods))
    }()
}
