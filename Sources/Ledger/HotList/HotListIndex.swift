import Payments

/// Which cards may be on the hot list, in memory: the sorted 64-bit hashes of their ids, 8 bytes each.
///
/// A hash that is not here is a card that is not listed, for certain; that is nearly every tap. For a hash that is here
/// the table on disk is asked, so that two cards with one hash never refuse a good one. The hash is keyed per process,
/// so nobody can choose cards that meet in it.
package struct HotListIndex: Sendable, Equatable {
    /// Ascending; two cards with one hash stand here twice.
    private var hashes: ContiguousArray<UInt64> = []

    /// An empty list's.
    package init() {}

    /// - Parameter hashes: one for each listed card, in any order.
    package init(hashes: ContiguousArray<UInt64>) {
        self.hashes = hashes
        self.hashes.sort()
    }

    /// Cards in the index.
    package var count: Int { hashes.count }

    /// Bytes that the hashes take.
    package var byteCount: Int { hashes.count * MemoryLayout<UInt64>.stride }

    /// Whether the card may be listed; `false` is certain.
    package func mayContain(_ card: CardID) -> Bool {
        let hash = Self.hash(card)
        let place = lowerBound(hash)
        return place < hashes.count && hashes[place] == hash
    }

    /// Takes over a change of the list that is on disk: one pass over the hashes.
    ///
    /// - Parameters:
    ///   - added: cards that were not listed.
    ///   - removed: cards that were.
    package mutating func apply(added: [CardID], removed: [CardID]) {
        if !removed.isEmpty { remove(removed.map(Self.hash).sorted()) }
        if !added.isEmpty { insert(added.map(Self.hash).sorted()) }
    }

    /// The hash under which a card stands here, of this process only.
    package static func hash(_ card: CardID) -> UInt64 {
        switch card {
        case .purse(let serial): serial.withUnsafeBytes { hash(kind: UInt8(ascii: "p"), $0) }
        case .uid(let bytes): bytes.withUnsafeBytes { hash(kind: UInt8(ascii: "u"), $0) }
        }
    }

    /// The same of a card's text, without making a card of it: at a start there may be hundreds of thousands.
    ///
    /// - Returns: `nil` when the text has not the form of ``CardID/text``.
    static func hash(text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard let kind = text.first, let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[(colon + 1)...]
        // Ten bytes are the longest id.
        guard digits.count.isMultiple(of: 2), digits.count <= 20 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { bytes -> UInt64? in
            var place = digits.startIndex
            for index in 0..<digits.count / 2 {
                guard let high = nibble(digits[place]), let low = nibble(digits[place + 1]) else { return nil }
                bytes[index] = high << 4 | low
                place += 2
            }
            return hash(
                kind: kind, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<(digits.count / 2)]))
        }
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func hash(kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        hasher.combine(bytes: bytes)
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    private func lowerBound(_ hash: UInt64) -> Int {
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Each of `gone` takes out one occurrence.
    private mutating func remove(_ gone: [UInt64]) {
        var next = 0
        var write = lowerBound(gone[0])
        for read in write..<hashes.count {
            while next < gone.count, gone[next] < hashes[read] { next += 1 }
            if next < gone.count, gone[next] == hashes[read] {
                next += 1
                continue
            }
            hashes[write] = hashes[read]
            write += 1
        }
        hashes.removeSubrange(write...)
    }

    /// Merges from the end, in place.
    private mutating func insert(_ new: [UInt64]) {
        var read = hashes.count - 1
        hashes.append(contentsOf: repeatElement(0, count: new.count))
        var write = hashes.count - 1
        var next = new.count - 1
        while next >= 0 {
            if read >= 0, hashes[read] > new[next] {
                hashes[write] = hashes[read]
                read -= 1
            } else {
                hashes[write] = new[next]
                next -= 1
            }
            write -= 1
        }
    }
}
