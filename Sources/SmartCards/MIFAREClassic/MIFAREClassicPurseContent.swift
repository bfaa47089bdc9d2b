/// Both copies of a purse as they were read.
package struct MIFAREClassicPurseContent: Sendable, Hashable {
    /// `nil` when a write of it was torn.
    package var primary: MIFAREClassicPurseState?
    package var backup: MIFAREClassicPurseState?

    package init(primary: MIFAREClassicPurseState? = nil, backup: MIFAREClassicPurseState? = nil) {
        self.primary = primary
        self.backup = backup
    }

    package subscript(_ side: MIFAREClassicPurseBlocks.Side) -> MIFAREClassicPurseState? {
        side == .primary ? primary : backup
    }

    /// The side that says what the card holds: the whole one; of two whole ones the newer by exactly one transaction;
    /// of two equal ones the backup, so that the primary is written first. `nil` when no write of ours, torn or not,
    /// leaves such a pair.
    package var authoritative: MIFAREClassicPurseBlocks.Side? {
        guard let primary else { return backup == nil ? nil : .backup }
        guard let backup else { return .primary }
        if primary == backup { return .backup }
        if primary.sequence == backup.sequence &+ 1 { return .primary }
        if backup.sequence == primary.sequence &+ 1 { return .backup }
        return nil
    }

    /// What the card holds; `nil` as for ``authoritative``.
    package var state: MIFAREClassicPurseState? { authoritative.flatMap { self[$0] } }

    /// Whether both copies are whole and equal, as after a transaction that was not torn.
    package var isSettled: Bool { primary != nil && primary == backup }
}
