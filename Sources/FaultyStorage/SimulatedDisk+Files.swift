import GRDBSQLite
import Glibc
import Synchronization

extension SimulatedDisk {
    /// Opens a file of this disk into `file`; `openReal` opens the Unix layer's one.
    func open(
        _ path: String, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ openReal: (UnsafeMutablePointer<sqlite3_file>) -> Int32
    ) -> Int32 {
        // SQLite closes a file that could not be opened if this is set.
        file.pointee.pMethods = nil
        let name = DiskPath.name(path)
        return state.withLock { state in
            guard !state.isDead else { return SQLITE_CANTOPEN }
            switch state.count(.open, name) {
            case nil, .isIgnored: break
            case .fails(let report), .failsPartly(let report), .failsAfterwards(let report):
                return ResultCodes.code(report, of: .open)
            case .failsAndForgets, .failsAndLoses, .crash: return SQLITE_CANTOPEN
            }
            let before = FileIdentity(path: path)
            let pointer = FileMemory.real(file)
            let result = openReal(pointer)
            guard result == SQLITE_OK else { return result }
            let real = RealFile(pointer: pointer)
            guard let size = real.size, let identity = FileIdentity(path: path) else {
                _ = real.close()
                return SQLITE_CANTOPEN
            }
            state.found(path, identity, size: size, isNew: before == nil, syncsFolder: Self.syncsFolder(flags))
            let number = state.nextNumber
            state.nextNumber += 1
            state.open[number] = real
            FileMemory.attach(SimulatedFile(disk: self, path: path, number: number), to: file)
            return SQLITE_OK
        }
    }

    /// Deletes a file of this disk with `unlink`, and keeps what it held.
    func delete(_ path: String, syncsFolder: Bool, _ unlink: () -> Int32) -> Int32 {
        state.withLock { state in
            guard !state.isDead else { return ResultCodes.delete }
            switch state.count(.delete, DiskPath.name(path)) {
            case nil: return remove(path, syncsFolder, unlink, &state)
            case .isIgnored: return SQLITE_OK
            case .fails(let report), .failsPartly(let report): return ResultCodes.code(report, of: .delete)
            case .failsAfterwards(let report):
                let result = remove(path, syncsFolder, unlink, &state)
                return result == SQLITE_OK ? ResultCodes.code(report, of: .delete) : result
            case .failsAndForgets, .failsAndLoses, .crash: return ResultCodes.delete
            }
        }
    }

    private func remove(
        _ path: String, _ syncsFolder: Bool, _ unlink: () -> Int32, _ state: inout DiskState
    ) -> Int32 {
        let content = DiskFolder.content(of: path) ?? []
        let result = unlink()
        guard result == SQLITE_OK else { return result }
        state.deleted(path, content)
        if syncsFolder, !state.ignoresSyncs { state.syncFolder() }
        return result
    }

    /// Files that SQLite's Unix layer, having created them, makes durable together with their name.
    private static func syncsFolder(_ flags: Int32) -> Bool {
        let journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL
        return flags & SQLITE_OPEN_CREATE != 0 && flags & journals != 0
    }
}

extension DiskState {
    /// Takes note of a file that was opened.
    fileprivate mutating func found(
        _ path: String, _ identity: FileIdentity, size: Int64, isNew: Bool, syncsFolder: Bool
    ) {
        if isNew {
            folderChanges.append(.created(path))
            files[path] = StoredFile(identity: identity, size: size)
        } else if let known = files[path], known.identity == identity, known.size == size {
            // Opened again, or by a second connection.
        } else if let renamed = files.first(where: { $0.value.identity == identity && $0.value.size == size }) {
            files[renamed.key] = nil
            files[path] = renamed.value
        } else {
            files[path] = StoredFile(identity: identity, size: size)
        }
        if syncsFolder { files[path]?.syncsFolder = true }
    }

    fileprivate mutating func deleted(_ path: String, _ content: [UInt8]) {
        var file = files.removeValue(forKey: path) ?? StoredFile(identity: nil, size: Int64(content.count))
        file.deletedContent = content
        folderChanges.append(.deleted(path, file))
    }
}
