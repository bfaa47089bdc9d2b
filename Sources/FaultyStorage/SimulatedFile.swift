import GRDBSQLite
import Synchronization

/// What a file that SQLite opened on a simulated disk does; one for each time it is opened.
final class SimulatedFile: Sendable {
    let disk: SimulatedDisk
    let path: String
    let name: String
    /// Under which the disk knows that it is open.
    let number: Int

    init(disk: SimulatedDisk, path: String, number: Int) {
        self.disk = disk
        self.path = path
        self.number = number
        name = DiskPath.name(path)
    }

    func close() -> Int32 {
        disk.state.withLock { $0.open.removeValue(forKey: number)?.close() ?? SQLITE_OK }
    }

    func read(_ bytes: UnsafeMutableRawPointer, _ count: Int32, at offset: Int64) -> Int32 {
        disk.state.withLock { state in
            guard let real = living(state) else { return ResultCodes.read }
            switch state.count(.read, name, offset: offset, length: Int(count)) {
            case nil, .isIgnored: return real.read(bytes, count, at: offset)
            case .failsAfterwards(let report), .fails(let report), .failsPartly(let report):
                return ResultCodes.code(report, of: .read)
            case .failsAndForgets, .failsAndLoses, .crash: return ResultCodes.read
            }
        }
    }

    func write(_ bytes: UnsafeRawPointer, _ count: Int32, at offset: Int64) -> Int32 {
        disk.state.withLock { state in
            guard let real = living(state) else { return ResultCodes.write }
            switch state.count(.write, name, offset: offset, length: Int(count)) {
            case nil: return writeIntoRoom(bytes, count, at: offset, real, &state)
            case .isIgnored: return SQLITE_OK
            case .fails(let report): return ResultCodes.code(report, of: .write)
            case .failsPartly(let report):
                let whole = Int(count) / FileChange.sectorSize / 2 * FileChange.sectorSize
                let result = store(bytes, Int32(whole), at: offset, real, &state)
                return result == SQLITE_OK ? ResultCodes.code(report, of: .write) : result
            case .failsAfterwards(let report):
                let result = store(bytes, count, at: offset, real, &state)
                return result == SQLITE_OK ? ResultCodes.code(report, of: .write) : result
            case .failsAndForgets, .failsAndLoses, .crash: return ResultCodes.write
            }
        }
    }

    func truncate(to size: Int64) -> Int32 {
        disk.state.withLock { state in
            guard let real = living(state) else { return ResultCodes.truncate }
            switch state.count(.truncate, name, offset: size) {
            case nil: return cut(to: size, real, &state)
            case .isIgnored: return SQLITE_OK
            case .fails(let report), .failsPartly(let report): return ResultCodes.code(report, of: .truncate)
            case .failsAfterwards(let report):
                let result = cut(to: size, real, &state)
                return result == SQLITE_OK ? ResultCodes.code(report, of: .truncate) : result
            case .failsAndForgets, .failsAndLoses, .crash: return ResultCodes.truncate
            }
        }
    }

    func sync() -> Int32 {
        disk.state.withLock { state in
            guard let real = living(state) else { return ResultCodes.sync }
            switch state.count(.sync, name) {
            case nil:
                if !state.ignoresSyncs { makeDurable(&state) }
                return SQLITE_OK
            case .isIgnored: return SQLITE_OK
            case .fails(let report), .failsPartly(let report): return ResultCodes.code(report, of: .sync)
            case .failsAfterwards(let report):
                makeDurable(&state)
                return ResultCodes.code(report, of: .sync)
            case .failsAndForgets:
                state.files[path]?.forget()
                return ResultCodes.sync
            case .failsAndLoses:
                lose(real, &state)
                return ResultCodes.sync
            case .crash: return ResultCodes.sync
            }
        }
    }

    func size(_ size: UnsafeMutablePointer<Int64>) -> Int32 {
        disk.state.withLock { living($0)?.size(size) ?? ResultCodes.size }
    }

    func lock(_ level: Int32) -> Int32 {
        disk.state.withLock { living($0)?.lock(level) ?? ResultCodes.lock }
    }

    /// Works in a dead process too: SQLite only gives up what it holds.
    func unlock(_ level: Int32) -> Int32 {
        disk.state.withLock { $0.open[number]?.unlock(level) ?? SQLITE_OK }
    }

    func checkReservedLock(_ answer: UnsafeMutablePointer<Int32>?) -> Int32 {
        disk.state.withLock { living($0)?.checkReservedLock(answer) ?? ResultCodes.lock }
    }

    func control(_ operation: Int32, _ argument: UnsafeMutableRawPointer?) -> Int32 {
        disk.state.withLock { $0.open[number]?.control(operation, argument) ?? SQLITE_NOTFOUND }
    }

    var sectorSize: Int32 { disk.state.withLock { $0.open[number]?.sectorSize ?? 4096 } }

    var deviceCharacteristics: Int32 { disk.state.withLock { $0.open[number]?.deviceCharacteristics ?? 0 } }

    private func living(_ state: DiskState) -> RealFile? { state.isDead ? nil : state.open[number] }

    /// Writes what there is room for.
    private func writeIntoRoom(
        _ bytes: UnsafeRawPointer, _ count: Int32, at offset: Int64, _ real: RealFile, _ state: inout DiskState
    ) -> Int32 {
        let size = state.files[path]?.size ?? 0
        let growth = offset + Int64(count) - size
        let room = state.room
        guard growth > room else { return store(bytes, count, at: offset, real, &state) }
        let fitting = max(0, Int64(count) - (growth - room))
        let result = store(bytes, Int32(fitting), at: offset, real, &state)
        return result == SQLITE_OK ? SQLITE_FULL : result
    }

    private func store(
        _ bytes: UnsafeRawPointer, _ count: Int32, at offset: Int64, _ real: RealFile, _ state: inout DiskState
    ) -> Int32 {
        guard count > 0 else { return SQLITE_OK }
        let size = state.files[path]?.size ?? 0
        let covered = min(Int(count), max(0, Int(size - offset)))
        guard let previous = real.bytes(covered, at: offset) else { return ResultCodes.write }
        let result = real.write(bytes, count, at: offset)
        guard result == SQLITE_OK else { return result }
        let written = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        state.files[path]?.note(
            FileChange(kind: .write(written), offset: offset, previous: previous, previousSize: size))
        return SQLITE_OK
    }

    private func cut(to size: Int64, _ real: RealFile, _ state: inout DiskState) -> Int32 {
        let before = state.files[path]?.size ?? 0
        guard let tail = real.bytes(max(0, Int(before - size)), at: size) else { return ResultCodes.truncate }
        let result = real.truncate(size)
        guard result == SQLITE_OK else { return result }
        state.files[path]?.note(
            FileChange(kind: .truncation, offset: size, previous: tail, previousSize: before))
        return SQLITE_OK
    }

    private func makeDurable(_ state: inout DiskState) {
        state.files[path]?.sync()
        if state.files[path]?.syncsFolder == true {
            state.files[path]?.syncsFolder = false
            state.syncFolder()
        }
    }

    /// Puts the file back to what is durable, for the running process too.
    private func lose(_ real: RealFile, _ state: inout DiskState) {
        guard let file = state.files[path], let content = real.bytes(Int(file.size), at: 0) else { return }
        var random = DiskRandom(seed: 0)
        let image = file.image(of: content, after: .unsyncedLost, using: &random)
        let written = image.withUnsafeBytes { bytes in
            bytes.baseAddress.map { real.write($0, Int32(bytes.count), at: 0) } ?? SQLITE_OK
        }
        guard written == SQLITE_OK, real.truncate(Int64(image.count)) == SQLITE_OK else { return }
        var restored = StoredFile(identity: file.identity, size: Int64(image.count))
        restored.syncsFolder = file.syncsFolder
        state.files[path] = restored
    }
}
