import Payments
import SmartCards
import Testing

@Suite("Blocks of a MIFARE Classic purse")
struct MIFAREClassicPurseStateTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    @Test("a value block has the published bytes")
    func published() throws {
        let block = MIFAREClassicValueBlock(value: 100, address: 5)
        #expect(block.bytes == (try hex("64000000 9BFFFFFF 64000000 05FA05FA")))
        #expect(MIFAREClassicValueBlock(block.bytes) == block)
    }

    @Test("values of either sign come back", arguments: [0, 1, -1, 300, Int32.max, Int32.min])
    func roundTrip(value: Int32) {
        for address in [0, 1, 0x7F, 0xFF] as [UInt8] {
            let block = MIFAREClassicValueBlock(value: value, address: address)
            #expect(MIFAREClassicValueBlock(block.bytes) == block)
        }
    }

    @Test("every single changed bit of a value block is found")
    func bits() {
        let bytes = MIFAREClassicValueBlock(value: 10_000, address: 7).bytes
        for index in 0..<128 {
            var changed = bytes
            changed[index / 8] ^= 1 << UInt8(index % 8)
            #expect(MIFAREClassicValueBlock(changed) == nil)
        }
    }

    @Test("nothing but 16 bytes is a value block", arguments: [0, 1, 15, 17])
    func lengths(count: Int) {
        #expect(MIFAREClassicValueBlock([UInt8](repeating: 0, count: count)) == nil)
        #expect(MIFAREClassicValueBlock([UInt8](repeating: 0, count: 16)) == nil)
        #expect(MIFAREClassicValueBlock([UInt8](repeating: 0xFF, count: 16)) == nil)
    }

    @Test("a record block is laid out as documented")
    func record() throws {
        let state = MIFAREClassicPurseState(
            balance: 9_700, sequence: 0x0102_0304, terminal: campus.terminal, mark: [0xA, 0xB, 0xC, 0xD])
        let bytes = state.recordBlock(identifier: campus.identifier)
        #expect(Array(bytes.prefix(14)) == (try hex("01020304 001122334455 0A0B0C0D")))
        // Computed apart, over 04A1B2C3 ‖ the 14 bytes ‖ E4250000.
        #expect(Array(bytes.suffix(2)) == (try hex("2288")))
        #expect(state.valueBlock == MIFAREClassicValueBlock(value: 9_700, address: 4))
    }

    @Test("a copy is whole only on its own card, with its own balance, and unchanged in every bit")
    func wholeness() {
        let state = campus.state(9_700, 300)
        let (value, record) = (state.valueBlock.bytes, state.recordBlock(identifier: campus.identifier))
        func read(_ value: [UInt8], _ record: [UInt8], _ identifier: [UInt8]) -> MIFAREClassicPurseState? {
            MIFAREClassicPurseState(value: value, record: record, identifier: identifier)
        }
        #expect(read(value, record, campus.identifier) == state)
        #expect(read(value, record, [4, 5, 6, 7]) == nil)
        #expect(read(MIFAREClassicValueBlock(value: 9_701, address: 44).bytes, record, campus.identifier) == nil)
        #expect(read(MIFAREClassicValueBlock(value: 9_700, address: 45).bytes, record, campus.identifier) == nil)
        for index in 0..<128 {
            var changed = record
            changed[index / 8] ^= 1 << UInt8(index % 8)
            #expect(read(value, changed, campus.identifier) == nil)
        }
        #expect(read(record, value, campus.identifier) == nil)
        #expect(read(value, Array(record.dropLast()), campus.identifier) == nil)
        #expect(read([], [], campus.identifier) == nil)
    }

    @Test("a negative balance is no purse")
    func negative() {
        let state = campus.state(100, 1)
        let value = MIFAREClassicValueBlock(value: -100, address: 1).bytes
        let record = state.recordBlock(identifier: campus.identifier)
        #expect(MIFAREClassicPurseState(value: value, record: record, identifier: campus.identifier) == nil)
    }

    @Test("of two copies the whole one speaks, of two whole ones the newer by one")
    func authority() {
        let (old, new) = (campus.state(100, 7), campus.state(90, 8))
        func side(
            _ primary: MIFAREClassicPurseState?, _ backup: MIFAREClassicPurseState?
        ) -> MIFAREClassicPurseBlocks.Side? {
            MIFAREClassicPurseContent(primary: primary, backup: backup).authoritative
        }
        #expect(side(old, old) == .backup)
        #expect(side(new, old) == .primary)
        #expect(side(old, new) == .backup)
        #expect(side(nil, old) == .backup)
        #expect(side(old, nil) == .primary)
        #expect(side(nil, nil) == nil)
        #expect(side(campus.state(90, 9), old) == nil)
        #expect(side(campus.state(90, 7), old) == nil, "one sequence, two balances")
        #expect(side(campus.state(100, 7, mark: 2), old) == nil, "one sequence, two transactions")
    }

    @Test("the sequence wraps")
    func wrap() {
        let (last, first) = (campus.state(100, .max), campus.state(90, 0))
        #expect(MIFAREClassicPurseContent(primary: first, backup: last).state == first)
        #expect(MIFAREClassicPurseContent(primary: last, backup: first).state == first)
    }

    @Test("blocks that a purse cannot have are refused")
    func layout() throws {
        let key = try #require(MIFAREClassicKey(.a, fixed: [1, 2, 3, 4, 5, 6]))
        typealias Copy = MIFAREClassicPurseBlocks.Copy
        for (value, record) in [(8, 8), (8, 11), (0, 1), (8, 12), (11, 9)] as [(UInt8, UInt8)] {
            #expect(Copy(value: value, record: record, key: key) == nil)
        }
        let copy = try #require(Copy(value: 8, record: 9, key: key))
        let crossed = try #require(Copy(value: 10, record: 9, key: key))
        #expect(MIFAREClassicPurseBlocks(primary: copy, backup: copy) == nil)
        #expect(MIFAREClassicPurseBlocks(primary: copy, backup: crossed) == nil)
    }
}
