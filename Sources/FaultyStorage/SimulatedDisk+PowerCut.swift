import Synchronization

extension SimulatedDisk {
    /// Ends the process that has the files open, and leaves of them what the power cut leaves. Its handles are closed
    /// and its locks gone; what it still asks of them fails. Faults are taken back, limits stay.
    package func powerCut(_ cut: PowerCut) {
        state.withLock { state in
            for file in state.open.values { _ = file.close() }
            for (path, content) in state.images(after: cut) {
                if let content { DiskFolder.put(content, at: path) } else { DiskFolder.remove(path) }
            }
            state.restart()
        }
        DiskTotals.add(powerCuts: 1)
    }

    /// Copies the folder's files as a power cut at this moment would leave them into another folder, which exists.
    /// Nothing changes here: one crash can be looked at after several kinds of power cuts.
    package func copy(after cut: PowerCut, into target: String) {
        state.withLock { state in
            let images = state.images(after: cut)
            for name in DiskFolder.names(in: folder) where images[folder + "/" + name] == nil {
                if let content = DiskFolder.content(of: folder + "/" + name) {
                    DiskFolder.put(content, at: target + "/" + name)
                }
            }
            for case (let path, let content?) in images {
                DiskFolder.put(content, at: target + "/" + DiskPath.name(path))
            }
        }
        DiskTotals.add(powerCuts: 1)
    }
}

extension DiskState {
    /// What files hold after a power cut, by path, as far as it is something else than they hold now; `nil` for a
    /// file that is not there.
    func images(after cut: PowerCut) -> [String: [UInt8]?] {
        var random: DiskRandom
        let namesKept: Int
        switch cut {
        case .nothingLost: return [:]
        case .unsyncedLost:
            random = DiskRandom(seed: 0)
            namesKept = 0
        case .unsyncedPartly(let seed):
            random = DiskRandom(seed: seed)
            namesKept = Int.random(in: 0...folderChanges.count, using: &random)
        }
        var known = files
        var images: [String: [UInt8]?] = [:]
        for change in folderChanges[namesKept...].reversed() {
            switch change {
            case .created(let path):
                known[path] = nil
                images[path] = .some(nil)
            case .deleted(let path, let file): known[path] = file
            }
        }
        // In a fixed order, so that a seed means the same every time.
        for (path, file) in known.sorted(by: { $0.key < $1.key }) {
            let isUndeleted = file.deletedContent != nil
            guard isUndeleted || file.hasUnsynced, isUndeleted || file.identity == FileIdentity(path: path),
                let content = file.deletedContent ?? DiskFolder.content(of: path)
            else { continue }
            images[path] = file.image(of: content, after: cut, using: &random)
        }
        return images
    }
}
