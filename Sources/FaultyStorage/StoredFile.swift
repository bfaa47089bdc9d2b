/// A file of a simulated disk and what of it a power cut may undo.
struct StoredFile: Sendable {
    /// `nil` for a file that was never opened.
    let identity: FileIdentity?
    /// Size that the process sees, in bytes.
    private(set) var size: Int64
    private(set) var changes: [FileChange] = []
    /// Whether the first sync also makes the names in the folder durable, as SQLite's Unix layer does for journals
    /// and write-ahead logs that it created.
    var syncsFolder = false
    /// What it held when it was deleted.
    var deletedContent: [UInt8]?
    private var hasLost = false

    init(identity: FileIdentity?, size: Int64) {
        self.identity = identity
        self.size = size
    }

    var hasUnsynced: Bool { changes.contains { $0.durability != .durable } }

    /// Takes note of a change that has been made.
    mutating func note(_ change: FileChange) {
        changes.append(change)
        switch change.kind {
        case .write(let bytes): size = max(size, change.offset + Int64(bytes.count))
        case .truncation: size = change.offset
        }
    }

    /// All that is pending is durable now.
    mutating func sync() {
        guard hasLost else { return changes.removeAll(keepingCapacity: true) }
        for index in changes.indices where changes[index].durability == .pending {
            changes[index].durability = .durable
        }
    }

    /// All that is pending will never be durable.
    mutating func forget() {
        for index in changes.indices where changes[index].durability == .pending {
            changes[index].durability = .lost
            hasLost = true
        }
    }

    /// What a power cut makes of `content`, which is what the process sees.
    func image(of content: [UInt8], after cut: PowerCut, using random: inout DiskRandom) -> [UInt8] {
        if case .nothingLost = cut { return content }
        var image = content
        for change in changes.reversed() { change.undo(in: &image) }
        guard case .unsyncedPartly = cut else {
            for change in changes where change.durability == .durable { change.redo(in: &image) }
            return image
        }
        redoPartly(in: &image, using: &random)
        return image
    }

    private func redoPartly(in image: inout [UInt8], using random: inout DiskRandom) {
        let pending = changes.indices.filter { changes[$0].durability == .pending }
        let torn = pending.randomElement(using: &random)
        // Half of the cuts keep a prefix, as a disk does that writes in order; the others any subset.
        let inOrder = Bool.random(using: &random)
        let keptOfFour = Int.random(in: 1...3, using: &random)
        for (index, change) in changes.enumerated() where change.durability != .lost {
            let isTorn = index == torn
            let isKept =
                change.durability == .durable
                || (inOrder ? index < torn ?? 0 : Int.random(in: 0..<4, using: &random) < keptOfFour)
            if isTorn {
                tear(change, in: &image, using: &random)
            } else if isKept {
                change.redo(in: &image)
            } else if Int.random(in: 0..<4, using: &random) == 0 {
                Self.extend(&image, for: change)
            }
        }
    }

    private func tear(_ change: FileChange, in image: inout [UInt8], using random: inout DiskRandom) {
        guard let sectors = change.sectors else { return }
        let end = Int.random(in: sectors, using: &random)
        if Bool.random(using: &random) {
            change.redoSectors(in: &image) { $0 < end }
        } else {
            let kept = random.next()
            change.redoSectors(in: &image) { kept >> UInt64($0 % 64) & 1 == 1 }
        }
    }

    /// The file's new size reached the disk, its content did not.
    private static func extend(_ image: inout [UInt8], for change: FileChange) {
        let end = Int(change.offset) + change.count
        if change.count > 0, image.count < end {
            image.append(contentsOf: repeatElement(0, count: end - image.count))
        }
    }
}
