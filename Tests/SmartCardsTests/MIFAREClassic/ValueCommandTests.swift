import Payments
import Simulation
import SmartCards
import Testing

@Suite("Value commands by dialect")
struct ValueCommandTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    @Test(
        "a decrement has the bytes of the reader's manual",
        arguments: [
            (.acs, ["FFD7000805 02 01020304"]), (.identiv3720, ["FFF0000806 C0 08 04030201"]),
            (.identiv4701, ["FFC200030B A1 09 80 01 08 81 04 04030201 00"]), (.omnikey5022, ["FFD8000804 04030201"]),
            (.omnikey5023, nil),
            (.pn532, ["FF00000009 D44001 C0 08 04030201", "FF00000005 D44001 B0 08"]),
        ] as [(ValueDialect, [String]?)])
    func decrement(dialect: ValueDialect, expected: [String]?) throws {
        let commands = ValueCommand.decrement(MIFAREClassicBlock(8), by: 0x0102_0304, in: dialect)
        #expect(commands?.map(\.bytes) == (try expected?.map { try hex($0) }))
    }

    @Test("copy and transfer exist only where the reader has them", arguments: ValueDialect.allCases)
    func copyAndTransfer(dialect: ValueDialect) throws {
        let copy = ValueCommand.copy(MIFAREClassicBlock(8), to: MIFAREClassicBlock(9), in: dialect)
        #expect(copy?.bytes == (dialect == .acs ? try hex("FFD7000802 03 09") : nil))
        #expect(ValueCommand.copy(MIFAREClassicBlock(8), to: MIFAREClassicBlock(12), in: dialect) == nil)
        let transfer = ValueCommand.transfer(to: MIFAREClassicBlock(8), in: dialect)
        #expect(transfer?.bytes == (dialect == .pn532 ? try hex("FF00000005 D44001 B0 08") : nil))
    }

    /// A card in transport configuration: every key may do everything.
    private func openCard(_ dialect: ValueDialect?) -> SimulatedClassicCard {
        var chip = SimulatedClassicChip(identifier: campus.identifier)
        chip.personalise(block: 8, MIFAREClassicValueBlock(value: 1_000, address: 8).bytes)
        chip.personalise(block: 9, [UInt8](repeating: 0x77, count: 16))
        var card = SimulatedClassicCard(chip: chip, dialect: dialect)
        _ = card.transmit(
            StorageCardCommand.loadKey([UInt8](repeating: 0xFF, count: 6), into: StorageCardKeySlot()).bytes)
        _ = card.transmit(StorageCardCommand.authenticate(block: 8, as: .a, slot: StorageCardKeySlot()).bytes)
        return card
    }

    @Test("a reader of the dialect takes exactly the amount", arguments: ValueDialect.allCases.filter(\.allowsPurse))
    func effect(dialect: ValueDialect) throws {
        var card = openCard(dialect)
        let commands = try #require(ValueCommand.decrement(MIFAREClassicBlock(8), by: 300, in: dialect))
        for command in commands {
            let answer = card.transmit(command.bytes)
            #expect(answer.suffix(2) == [0x90, 0x00])
        }
        #expect(MIFAREClassicValueBlock(card.chip.blocks[8]) == MIFAREClassicValueBlock(value: 700, address: 8))
        #expect(card.chip.blocks[9] == [UInt8](repeating: 0x77, count: 16))
    }

    @Test(
        "ACS's value command overwrites a sector on an Identiv reader",
        arguments: [.identiv3720, .identiv4701] as [ValueDialect])
    func collision(dialect: ValueDialect) throws {
        var card = openCard(dialect)
        let command = try #require(ValueCommand.decrement(MIFAREClassicBlock(8), by: 300, in: .acs)?.first)
        #expect(card.transmit(command.bytes) == [0x90, 0x00])
        #expect(MIFAREClassicValueBlock(card.chip.blocks[8]) == nil)
        #expect(card.chip.blocks[9] == [UInt8](repeating: 0, count: 16))
    }

    @Test("no other dialect ever produces ACS's value command", arguments: ValueDialect.allCases)
    func instructions(dialect: ValueDialect) {
        let block = MIFAREClassicBlock(8)
        var commands = ValueCommand.decrement(block, by: 1, in: dialect) ?? []
        commands += [ValueCommand.copy(block, to: MIFAREClassicBlock(9), in: dialect)].compactMap { $0 }
        commands += [ValueCommand.transfer(to: block, in: dialect)].compactMap { $0 }
        #expect(commands.contains { $0.instruction == 0xD7 } == (dialect == .acs))
    }
}
