import Payments

/// How one campus set up its MIFARE Classic cards: data, not code.
package struct MIFAREClassicProfile: Sendable, Hashable {
    /// The operator's name for it.
    package let name: String
    package let identity: MIFAREClassicIdentityField
    /// Where the card's own purse stands; `nil` when it has none that is used.
    package let purse: MIFAREClassicPurseBlocks?
    /// Whether the card's own purse pays, or only its number is taken.
    package let tender: Tender
    package let limits: CardLimits
    /// Where the reader keeps the sector's key during a tap.
    package let slot: StorageCardKeySlot

    /// - Parameter tender: the purse only where one is set up.
    package init(
        name: String, identity: MIFAREClassicIdentityField, purse: MIFAREClassicPurseBlocks? = nil,
        tender: Tender = .account, limits: CardLimits = CardLimits(), slot: StorageCardKeySlot = StorageCardKeySlot()
    ) {
        invariant(tender == .account || purse != nil, "a purse that pays has blocks on the card")
        if let purse {
            let blocks = [purse.primary.value, purse.primary.record, purse.backup.value, purse.backup.record]
            invariant(!blocks.contains(identity.block), "the purse does not overwrite the card's number")
        }
        self.name = name
        self.identity = identity
        self.purse = purse
        self.tender = tender
        self.limits = limits
        self.slot = slot
    }
}
