/// One change of a file that a power cut may undo.
struct FileChange: Sendable {
    enum Durability: Sendable {
        /// Not synced yet.
        case pending
        /// Synced; kept in the log only because something older is lost.
        case durable
        /// Reported as failed and never written, though the process sees it.
        case lost
    }

    enum Kind: Sendable {
        case write([UInt8])
        case truncation
    }

    let kind: Kind
    /// First byte of a write; the new size of a truncation.
    let offset: Int64
    /// What the change took away: the bytes under a write as far as the file reached, or the tail that was cut off.
    let previous: [UInt8]
    let previousSize: Int64
    var durability = Durability.pending

    var count: Int {
        switch kind {
        case .write(let bytes): bytes.count
        case .truncation: 0
        }
    }

    func undo(in image: inout [UInt8]) {
        switch kind {
        case .write: image.removeLast(max(0, image.count - Int(previousSize)))
        case .truncation: image.append(contentsOf: repeatElement(0, count: max(0, Int(previousSize) - image.count)))
        }
        guard !previous.isEmpty else { return }
        image.replaceSubrange(Int(offset)..<Int(offset) + previous.count, with: previous)
    }

    func redo(in image: inout [UInt8]) {
        switch kind {
        case .write(let bytes): Self.place(bytes[...], at: Int(offset), in: &image)
        case .truncation: image.removeLast(max(0, image.count - Int(offset)))
        }
    }

    /// Does the change as far as `keeps` says of each sector of the disk that it touches, by the sector's number.
    func redoSectors(in image: inout [UInt8], keeping keeps: (Int) -> Bool) {
        guard case .write(let bytes) = kind else { return }
        var start = 0
        while start < bytes.count {
            let sector = (Int(offset) + start) / Self.sectorSize
            let end = min(bytes.count, (sector + 1) * Self.sectorSize - Int(offset))
            if keeps(sector) { Self.place(bytes[start..<end], at: Int(offset) + start, in: &image) }
            start = end
        }
    }

    /// Sectors of the disk that a write touches.
    var sectors: ClosedRange<Int>? {
        guard count > 0 else { return nil }
        return Int(offset) / Self.sectorSize...(Int(offset) + count - 1) / Self.sectorSize
    }

    /// Smallest unit that a disk writes whole, in bytes. Bytes of a sector outside a write are not damaged by it
    /// (SQLite's "powersafe overwrite", which its Unix layer claims for every disk).
    static let sectorSize = 512

    private static func place(_ bytes: ArraySlice<UInt8>, at offset: Int, in image: inout [UInt8]) {
        let end = offset + bytes.count
        if image.count < end { image.append(contentsOf: repeatElement(0, count: end - image.count)) }
        image.replaceSubrange(offset..<end, with: bytes)
    }
}
