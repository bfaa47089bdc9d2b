/// Where a campus's MIFARE Classic cards keep a purse: twice, each copy a value block and a record block.
///
/// One record block for both value blocks would not do: the write that tears it would take the only copy of the
/// sequence with it.
package struct MIFAREClassicPurseBlocks: Sendable, Hashable {
    /// One of the two copies.
    package enum Side: String, Sendable, Hashable, CaseIterable {
        case primary
        case backup

        package var other: Side { self == .primary ? .backup : .primary }
    }

    /// Where one copy stands.
    package struct Copy: Sendable, Hashable {
        package let value: MIFAREClassicBlock
        package let record: MIFAREClassicBlock
        /// Opens the sector for reading and for writing.
        package let key: MIFAREClassicKey

        /// - Returns: `nil` unless both are data blocks of one sector.
        package init?(value: UInt8, record: UInt8, key: MIFAREClassicKey) {
            self.value = MIFAREClassicBlock(value)
            self.record = MIFAREClassicBlock(record)
            self.key = key
            guard value != record, self.value.isData, self.record.isData, self.value.sector == self.record.sector
            else { return nil }
        }
    }

    package let primary: Copy
    package let backup: Copy

    /// - Returns: `nil` when the copies share a block, or share a sector and name different keys for it.
    package init?(primary: Copy, backup: Copy) {
        guard Set([primary.value, primary.record, backup.value, backup.record]).count == 4,
            primary.value.sector != backup.value.sector || primary.key == backup.key
        else { return nil }
        self.primary = primary
        self.backup = backup
    }

    package subscript(_ side: Side) -> Copy { side == .primary ? primary : backup }
}
