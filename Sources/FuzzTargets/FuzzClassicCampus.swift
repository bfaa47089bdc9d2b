import Payments
import Simulation
import SmartCards

/// The fuzzers' MIFARE Classic cards: the number in sector 1, the purse in sectors 2 and 3.
enum FuzzClassicCampus {
    private static let identityKey: [UInt8] = [0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5]
    private static let purseKey: [UInt8] = [0xB0, 0xB1, 0xB2, 0xB3, 0xB4, 0xB5]
    private static let identifier: [UInt8] = [0x04, 0xA1, 0xB2, 0xC3]
    private static let number: [UInt8] = [0, 0, 0x20, 0x26, 0x01, 0x23, 0x45, 0x67, 0x89, 0x01]
    private static let otherTerminal = FuzzCampus.constant(TerminalID(text: "00112233AAFF"))

    private static let blocks: MIFAREClassicPurseBlocks = {
        let key = FuzzCampus.constant(MIFAREClassicKey(.b, fixed: purseKey))
        return FuzzCampus.constant(
            MIFAREClassicPurseBlocks(
                primary: FuzzCampus.constant(MIFAREClassicPurseBlocks.Copy(value: 8, record: 9, key: key)),
                backup: FuzzCampus.constant(MIFAREClassicPurseBlocks.Copy(value: 12, record: 13, key: key))))
    }()

    static func profile(_ tender: Tender) -> MIFAREClassicProfile {
        let key = FuzzCampus.constant(MIFAREClassicKey(.a, fixed: identityKey))
        let identity = FuzzCampus.constant(
            MIFAREClassicIdentityField(block: 4, offset: 0, length: 10, encoding: .binaryCodedDecimal, key: key))
        return MIFAREClassicProfile(name: "classic", identity: identity, purse: blocks, tender: tender)
    }

    /// What the reader is known to speak; `nil` for an unknown one.
    static func dialect(variant: UInt8) -> ValueDialect? {
        let all: [ValueDialect?] = [.acs, nil] + ValueDialect.allCases.filter { $0 != .acs }
        return all[Int(variant & 0x07) % all.count]
    }

    /// A card with ¥100.00.
    ///
    /// - Parameter tear: its bits choose at which write the chip leaves the field, if at all, and what it keeps.
    static func card(dialect: ValueDialect?, tear: UInt8) -> SimulatedClassicCard {
        var chip = SimulatedClassicChip(identifier: identifier)
        chip.personalise(block: 4, number + [UInt8](repeating: 0, count: 6))
        // Read with either key, written only with key B, which cannot be read.
        for sector in 1...3 {
            chip.personalise(sector: sector, keyA: identityKey, keyB: purseKey, accessBytes: [0x78, 0x77, 0x88])
        }
        let state = MIFAREClassicPurseState(balance: 10_000, sequence: 7, terminal: otherTerminal, mark: [1, 2, 3, 4])
        for side in MIFAREClassicPurseBlocks.Side.allCases {
            chip.personalise(block: Int(blocks[side].value.number), state.valueBlock.bytes)
            chip.personalise(block: Int(blocks[side].record.number), state.recordBlock(identifier: identifier))
        }
        if tear & 0x07 != 0 {
            let contents = ClassicChipTear.Content.allCases
            chip.tear = ClassicChipTear(
                atWrite: Int(tear & 0x07), leaving: contents[Int(tear >> 3) % contents.count])
        }
        return SimulatedClassicCard(chip: chip, dialect: dialect ?? .acs)
    }

    /// What the two copies on the chip say together, as a terminal reads them.
    static func balance(of card: SimulatedClassicCard) -> Int64? {
        let state = { (side: MIFAREClassicPurseBlocks.Side) in
            MIFAREClassicPurseState(
                value: card.chip.blocks[Int(blocks[side].value.number)],
                record: card.chip.blocks[Int(blocks[side].record.number)], identifier: identifier)
        }
        return MIFAREClassicPurseContent(primary: state(.primary), backup: state(.backup)).state
            .map { Int64($0.balance) }
    }
}
