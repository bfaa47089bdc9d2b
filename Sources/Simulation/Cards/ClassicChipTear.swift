/// A card that leaves the field while its memory is being written.
package struct ClassicChipTear: Sendable, Hashable {
    /// What the block holds afterwards. Real cells may also read differently from time to time.
    package enum Content: String, Sendable, Hashable, CaseIterable {
        /// The write had not begun.
        case unchanged
        /// Erased, not yet written.
        case erased
        /// Every bit set.
        case filled
        /// The first half is new, the rest old.
        case half
        /// The new bytes with some bits not yet set.
        case weak
        /// The write was done; only its answer is lost.
        case complete
    }

    /// Which memory write from now on, from 1.
    package var write: Int
    package let content: Content

    package init(atWrite write: Int, leaving content: Content) {
        self.write = write
        self.content = content
    }

    /// What a block holds that held `old` and was to hold `new`.
    func result(old: [UInt8], new: [UInt8]) -> [UInt8] {
        switch content {
        case .unchanged: old
        case .erased: [UInt8](repeating: 0x00, count: new.count)
        case .filled: [UInt8](repeating: 0xFF, count: new.count)
        case .half: Array(new.prefix(new.count / 2)) + old.suffix(new.count - new.count / 2)
        case .weak: new.enumerated().map { index, byte in index % 3 == 0 ? byte & 0x5A : byte }
        case .complete: new
        }
    }
}
