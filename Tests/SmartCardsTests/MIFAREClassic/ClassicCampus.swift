import Payments
import Simulation
import SmartCards
import Testing

/// The lab campus's MIFARE Classic cards: the number in sector 1, the purse in sectors 2 and 3.
struct ClassicCampus {
    static let identityBlock = 4
    static let serial: [UInt8] = [0, 0, 0x20, 0x26, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01]

    let identityKey: [UInt8] = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5]
    let purseKey: [UInt8] = [0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5]
    let identifier: [UInt8] = [0x04, 0xA1, 0xB2, 0xC3]
    let terminal: TerminalID
    let otherTerminal: TerminalID
    let time: CalendarTime
    let identity: MIFAREClassicIdentityField
    let blocks: MIFAREClassicPurseBlocks

    init() throws {
        terminal = try SmartCardsTests.terminal()
        otherTerminal = try SmartCardsTests.terminal("00112233AAFF")
        time = try SmartCardsTests.time("20260901113005")
        let keyA = try #require(MIFAREClassicKey(.a, fixed: identityKey))
        identity = try #require(
            MIFAREClassicIdentityField(block: 4, offset: 0, length: 10, encoding: .binaryCodedDecimal, key: keyA))
        let keyB = try #require(MIFAREClassicKey(.b, fixed: purseKey))
        blocks = try Self.blocks(key: keyB)
    }

    /// The purse in sectors 2 and 3, under one key.
    static func blocks(key: MIFAREClassicKey) throws -> MIFAREClassicPurseBlocks {
        let primary = try #require(MIFAREClassicPurseBlocks.Copy(value: 8, record: 9, key: key))
        let backup = try #require(MIFAREClassicPurseBlocks.Copy(value: 12, record: 13, key: key))
        return try #require(MIFAREClassicPurseBlocks(primary: primary, backup: backup))
    }

    func profile(_ tender: Tender = .purse) -> MIFAREClassicProfile {
        MIFAREClassicProfile(name: "classic", identity: identity, purse: blocks, tender: tender)
    }

    func machine(_ amount: UInt32, dialect: ValueDialect? = .acs, terminal: TerminalID? = nil) -> MIFAREClassicMachine {
        MIFAREClassicMachine(
            profile: profile(), amount: amount, terminal: terminal ?? self.terminal, time: time, dialect: dialect)
    }

    func recovery(
        _ evidence: MIFAREClassicEvidence, dialect: ValueDialect? = .acs
    ) throws -> MIFAREClassicRecoveryMachine {
        try #require(MIFAREClassicRecoveryMachine(profile: profile(), evidence: evidence, dialect: dialect))
    }

    func state(_ balance: UInt32, _ sequence: UInt32, mark: UInt8 = 0x11) -> MIFAREClassicPurseState {
        MIFAREClassicPurseState(
            balance: balance, sequence: sequence, terminal: otherTerminal, mark: [mark, mark, mark, mark])
    }

    /// A card as the campus issues it.
    func card(
        balance: UInt32 = 10_000, sequence: UInt32 = 7, dialect: ValueDialect? = .acs, identifier: [UInt8]? = nil
    ) -> SimulatedClassicCard {
        let identifier = identifier ?? self.identifier
        var chip = SimulatedClassicChip(identifier: identifier)
        chip.personalise(block: Self.identityBlock, Self.serial + [UInt8](repeating: 0, count: 6))
        chip.personalise(sector: 1, keyA: identityKey, keyB: purseKey, accessBytes: [0x78, 0x77, 0x88])
        // Read with either key, written only with key B, which cannot be read.
        for sector in [2, 3] {
            chip.personalise(sector: sector, keyA: identityKey, keyB: purseKey, accessBytes: [0x78, 0x77, 0x88])
        }
        var card = SimulatedClassicCard(chip: chip, dialect: dialect)
        for side in MIFAREClassicPurseBlocks.Side.allCases { put(state(balance, sequence), side, &card) }
        return card
    }

    func put(
        _ state: MIFAREClassicPurseState, _ side: MIFAREClassicPurseBlocks.Side, _ card: inout SimulatedClassicCard
    ) {
        let copy = blocks[side]
        card.chip.personalise(block: Int(copy.value.number), state.valueBlock.bytes)
        card.chip.personalise(block: Int(copy.record.number), state.recordBlock(identifier: card.chip.identifier))
    }

    /// What the copy on the chip says; `nil` when it is broken.
    func copy(_ side: MIFAREClassicPurseBlocks.Side, of card: SimulatedClassicCard) -> MIFAREClassicPurseState? {
        let copy = blocks[side]
        return MIFAREClassicPurseState(
            value: card.chip.blocks[Int(copy.value.number)], record: card.chip.blocks[Int(copy.record.number)],
            identifier: card.chip.identifier)
    }
}
