import Payments
import Simulation
import SmartCards
import Testing

@Suite("The simulated MIFARE Classic card")
struct SimulatedClassicCardTests {
    let campus: ClassicCampus
    let slot = StorageCardKeySlot()

    init() throws { campus = try ClassicCampus() }

    private func open(_ card: inout SimulatedClassicCard, _ block: UInt8, _ kind: MIFAREClassicKey.Kind, _ key: [UInt8])
        -> [UInt8]
    {
        _ = card.transmit(StorageCardCommand.loadKey(key, into: slot).bytes)
        return card.transmit(StorageCardCommand.authenticate(block: block, as: kind, slot: slot).bytes)
    }

    @Test("a block is read only in the sector that is open")
    func sectors() {
        var card = campus.card()
        card.powerOn()
        #expect(card.transmit(StorageCardCommand.read(block: 4).bytes) == [0x69, 0x82])
        #expect(open(&card, 4, .a, campus.identityKey) == [0x90, 0x00])
        #expect(card.transmit(StorageCardCommand.read(block: 5).bytes).count == 18)
        #expect(card.transmit(StorageCardCommand.read(block: 8).bytes) == [0x69, 0x82])
        #expect(card.transmit(StorageCardCommand.read(block: 4).bytes) == [0x69, 0x82], "a refusal closes the sector")
    }

    @Test("a wrong key closes the sector, power loss too")
    func closing() {
        var card = campus.card()
        #expect(open(&card, 4, .a, campus.identityKey) == [0x90, 0x00])
        #expect(open(&card, 4, .a, campus.purseKey) == [0x63, 0x00])
        #expect(card.transmit(StorageCardCommand.read(block: 4).bytes) == [0x69, 0x82])
        #expect(open(&card, 4, .a, campus.identityKey) == [0x90, 0x00])
        card.powerOn()
        #expect(card.transmit(StorageCardCommand.read(block: 4).bytes) == [0x69, 0x82])
    }

    @Test("a trailer shows no key, and only a key of transport configuration may be read")
    func trailer() throws {
        var card = campus.card()
        _ = open(&card, 8, .b, campus.purseKey)
        #expect(
            card.transmit(StorageCardCommand.read(block: 11).bytes)
                == (try hex("000000000000 78778869 000000000000 9000")))
        let unset = [UInt8](repeating: 0xFF, count: 6)
        _ = open(&card, 20, .a, unset)
        #expect(
            card.transmit(StorageCardCommand.read(block: 23).bytes)
                == (try hex("000000000000 FF078069 FFFFFFFFFFFF 9000")))
        #expect(open(&card, 20, .b, unset) == [0x90, 0x00])
        #expect(
            card.transmit(StorageCardCommand.read(block: 20).bytes) == [0x69, 0x82], "a readable key B opens nothing")
    }

    @Test("key A only reads where the access conditions say so")
    func accessConditions() {
        var card = campus.card()
        let update = StorageCardCommand.update(block: 8, with: [UInt8](repeating: 1, count: 16)).bytes
        _ = open(&card, 8, .a, campus.identityKey)
        #expect(card.transmit(update) == [0x63, 0x00])
        _ = open(&card, 8, .b, campus.purseKey)
        #expect(card.transmit(update) == [0x90, 0x00])
        #expect(card.chip.blocks[8] == [UInt8](repeating: 1, count: 16))
    }

    @Test("block 0 is never written, and a key can be changed where the trailer allows it")
    func manufacturerBlock() {
        var card = campus.card()
        let unset = [UInt8](repeating: 0xFF, count: 6)
        _ = open(&card, 0, .a, unset)
        #expect(card.transmit(StorageCardCommand.update(block: 0, with: Array(0..<16)).bytes) == [0x63, 0x00])
        _ = open(&card, 20, .a, unset)
        let trailer = campus.identityKey + [0xFF, 0x07, 0x80, 0x69] + campus.purseKey
        #expect(card.transmit(StorageCardCommand.update(block: 23, with: trailer).bytes) == [0x90, 0x00])
        #expect(open(&card, 20, .a, unset) == [0x63, 0x00])
        #expect(open(&card, 20, .a, campus.identityKey) == [0x90, 0x00])
    }

    @Test("a decrement is in the register only until the transfer")
    func register() throws {
        var chip = SimulatedClassicChip(identifier: campus.identifier)
        chip.personalise(block: 8, MIFAREClassicValueBlock(value: 1_000, address: 8).bytes)
        var card = SimulatedClassicCard(chip: chip, dialect: .pn532)
        _ = open(&card, 8, .a, [UInt8](repeating: 0xFF, count: 6))
        let commands = try #require(ValueCommand.decrement(MIFAREClassicBlock(8), by: 300, in: .pn532))
        #expect(card.transmit(commands[1].bytes) == (try hex("D54114 9000")), "nothing in the register")
        _ = open(&card, 8, .a, [UInt8](repeating: 0xFF, count: 6))
        #expect(card.transmit(commands[0].bytes) == (try hex("D54100 9000")))
        #expect(MIFAREClassicValueBlock(card.chip.blocks[8])?.value == 1_000)
        #expect(card.transmit(commands[1].bytes) == (try hex("D54100 9000")))
        #expect(MIFAREClassicValueBlock(card.chip.blocks[8])?.value == 700)
    }

    @Test("ACS's copy goes through the register")
    func copy() throws {
        var chip = SimulatedClassicChip(identifier: campus.identifier)
        chip.personalise(block: 8, MIFAREClassicValueBlock(value: 1_000, address: 8).bytes)
        var card = SimulatedClassicCard(chip: chip, dialect: .acs)
        _ = open(&card, 8, .a, [UInt8](repeating: 0xFF, count: 6))
        let command = try #require(
            ValueCommand.copy(MIFAREClassicBlock(8), to: MIFAREClassicBlock(9), in: .acs))
        #expect(card.transmit(command.bytes) == [0x90, 0x00])
        #expect(MIFAREClassicValueBlock(card.chip.blocks[9]) == MIFAREClassicValueBlock(value: 1_000, address: 8))
    }

    @Test("a torn write spoils the block and takes the card away", arguments: ClassicChipTear.Content.allCases)
    func tear(content: ClassicChipTear.Content) {
        var card = campus.card()
        _ = open(&card, 8, .b, campus.purseKey)
        card.chip.tear = ClassicChipTear(atWrite: 1, leaving: content)
        let new = campus.state(9_700, 8).valueBlock.bytes
        #expect(card.transmit(StorageCardCommand.update(block: 8, with: new).bytes) == [0x63, 0x00])
        #expect(!card.chip.isPresent)
        #expect(card.transmit(CardIdentifier.command.bytes) == [0x63, 0x00])
        let isValid = MIFAREClassicValueBlock(card.chip.blocks[8]) != nil
        #expect(isValid == (content == .unchanged || content == .complete))
        card.powerOn()
        #expect(card.transmit(CardIdentifier.command.bytes) == campus.identifier + [0x90, 0x00])
    }

    @Test("an older reader's AUTHENTICATE opens the sector too")
    func legacy() {
        var card = campus.card()
        _ = card.transmit(StorageCardCommand.loadKey(campus.identityKey, into: slot).bytes)
        #expect(
            card.transmit(StorageCardCommand.legacyAuthenticationBytes(block: 4, as: .a, slot: slot)) == [0x90, 0x00])
        #expect(card.transmit(StorageCardCommand.read(block: 4).bytes).count == 18)
    }

    @Test("a 4K card has sectors of 16 blocks")
    func large() throws {
        var chip = SimulatedClassicChip(identifier: campus.identifier, sectors: 40)
        chip.personalise(block: 140, Array(0..<16))
        var card = SimulatedClassicCard(chip: chip, dialect: nil)
        #expect(try AnswerToReset(decoding: card.answerToReset).storageCard?.name == "MIFARE Classic 4K")
        #expect(
            try AnswerToReset(decoding: campus.card().answerToReset).storageCard?.name == "MIFARE Classic 1K")
        #expect(open(&card, 128, .a, [UInt8](repeating: 0xFF, count: 6)) == [0x90, 0x00])
        #expect(card.transmit(StorageCardCommand.read(block: 140).bytes) == [UInt8](0..<16) + [0x90, 0x00])
        #expect(card.transmit(StorageCardCommand.read(block: 144).bytes) == [0x69, 0x82])
    }
}
