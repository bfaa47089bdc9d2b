/// The chip of a MIFARE Classic card: sectors behind keys, a register for value operations, memory that a tear can
/// spoil. Written from the card's side, sharing nothing with the terminal. Its cipher is left out: a key is compared.
///
/// Whatever the chip refuses, it answers with silence until it is selected again; so every refusal ends the access.
package struct SimulatedClassicChip: Sendable {
    private struct Opened {
        let sector: Int
        let isKeyB: Bool
    }

    /// The anticollision identifier.
    package let identifier: [UInt8]
    /// 64 or 256 blocks of 16 bytes.
    package internal(set) var blocks: [[UInt8]]
    /// Leaves the field at a later write.
    package var tear: ClassicChipTear?
    /// Memory writes since the chip was made.
    package private(set) var writes = 0
    /// Whether the chip is in the field.
    package private(set) var isPresent = true
    private var opened: Opened?
    private var register: (value: Int32, address: UInt8)?

    /// A chip as it leaves the factory: both keys FFFFFFFFFFFF, access conditions FF0780.
    ///
    /// - Parameter sectors: 16 or 40.
    package init(identifier: [UInt8], sectors: Int = 16) {
        self.identifier = identifier
        let count = sectors <= 32 ? sectors * 4 : 128 + (sectors - 32) * 16
        blocks = [[UInt8]](repeating: [UInt8](repeating: 0, count: 16), count: count)
        let unset = [UInt8](repeating: 0xFF, count: 6)
        for block in blocks.indices where Self.trailer(of: block) == block {
            blocks[block] = unset + [0xFF, 0x07, 0x80, 0x69] + unset
        }
        blocks[0] = Array((identifier + [UInt8](repeating: 0x88, count: 16)).prefix(16))
    }

    /// Power comes back: nothing is open, the register is empty.
    package mutating func powerOn() {
        isPresent = true
        opened = nil
        register = nil
    }

    /// Writes a block past all keys, as the one who issues the card.
    package mutating func personalise(block: Int, _ content: [UInt8]) {
        blocks[block] = content
    }

    /// Sets the keys of a sector; with `accessBytes` its access conditions too (3 bytes).
    package mutating func personalise(sector: Int, keyA: [UInt8], keyB: [UInt8], accessBytes: [UInt8]) {
        let trailer = sector < 32 ? sector * 4 + 3 : 128 + (sector - 32) * 16 + 15
        blocks[trailer] = keyA + accessBytes + [0x69] + keyB
    }

    mutating func authenticate(block: Int, isKeyB: Bool, key: [UInt8]) -> Bool {
        opened = nil
        register = nil
        guard isPresent, blocks.indices.contains(block) else { return false }
        let trailer = blocks[Self.trailer(of: block)]
        guard key == Array(isKeyB ? trailer[10..<16] : trailer[0..<6]) else { return false }
        opened = Opened(sector: Self.trailer(of: block), isKeyB: isKeyB)
        return true
    }

    mutating func read(_ block: Int) -> [UInt8]? {
        guard let access = access(to: block) else { return refuse() }
        let content = blocks[block]
        if block == Self.trailer(of: block) {
            let zeros = [UInt8](repeating: 0, count: 6)
            let showsKeyB = access.conditions.isKeyBReadable && !access.isKeyB
            return zeros + content[6..<10] + (showsKeyB ? Array(content[10..<16]) : zeros)
        }
        return allows(.read, block, access) ? content : refuse()
    }

    mutating func write(_ block: Int, _ content: [UInt8]) -> Bool {
        guard content.count == 16, block != 0, let access = access(to: block) else { return refuse() != nil }
        guard block == Self.trailer(of: block) else {
            guard allows(.write, block, access) else { return refuse() != nil }
            return store(block, content)
        }
        let allowed = access.conditions.allowsTrailerWrite(withKeyB: access.isKeyB)
        guard allowed.keys || allowed.conditions else { return refuse() != nil }
        var stored = blocks[block]
        if allowed.keys { stored.replaceSubrange(0..<6, with: content[0..<6]) }
        if allowed.conditions { stored.replaceSubrange(6..<10, with: content[6..<10]) }
        if allowed.keys { stored.replaceSubrange(10..<16, with: content[10..<16]) }
        return store(block, stored)
    }

    /// Adds to the value of `block`, into the register only; `change` is negative for a decrement, 0 for a restore.
    mutating func load(_ block: Int, change: Int64) -> Bool {
        guard let access = access(to: block), allows(change > 0 ? .increment : .decrement, block, access),
            let value = Self.value(in: blocks[block]), let sum = Int32(exactly: Int64(value.value) + change)
        else { return refuse() != nil }
        register = (sum, value.address)
        return true
    }

    /// Writes the register into `block`.
    mutating func transfer(_ block: Int) -> Bool {
        guard let access = access(to: block), allows(.decrement, block, access), let register else {
            return refuse() != nil
        }
        return store(block, Self.valueBlock(register.value, register.address))
    }

    private mutating func store(_ block: Int, _ content: [UInt8]) -> Bool {
        writes += 1
        tear?.write -= 1
        guard let tear, tear.write == 0 else {
            blocks[block] = content
            return true
        }
        blocks[block] = tear.result(old: blocks[block], new: content)
        self.tear = nil
        isPresent = false
        return refuse() != nil
    }

    private mutating func refuse() -> [UInt8]? {
        opened = nil
        register = nil
        return nil
    }

    private func access(to block: Int) -> (conditions: ClassicAccess, isKeyB: Bool)? {
        guard isPresent, blocks.indices.contains(block), let opened, opened.sector == Self.trailer(of: block),
            let conditions = ClassicAccess(trailer: blocks[opened.sector])
        else { return nil }
        return (conditions, opened.isKeyB)
    }

    private func allows(
        _ operation: ClassicAccess.Operation, _ block: Int, _ access: (conditions: ClassicAccess, isKeyB: Bool)
    ) -> Bool {
        guard block != Self.trailer(of: block) else { return false }
        let group = block < 128 ? block % 4 : block % 16 / 5
        return access.conditions.allows(operation, group: group, withKeyB: access.isKeyB)
    }

    static func trailer(of block: Int) -> Int { block < 128 ? block | 3 : block | 15 }

    private static func value(in content: [UInt8]) -> (value: Int32, address: UInt8)? {
        let raw = (0..<4).reduce(UInt32(0)) { $0 | UInt32(content[$1]) << UInt32($1 * 8) }
        let value = Int32(bitPattern: raw)
        return content == valueBlock(value, content[12]) ? (value, content[12]) : nil
    }

    /// Value, complement, value; address, complement, address, complement.
    static func valueBlock(_ value: Int32, _ address: UInt8) -> [UInt8] {
        let raw = UInt32(bitPattern: value)
        let plain = (0..<4).map { UInt8(truncatingIfNeeded: raw >> UInt32($0 * 8)) }
        return plain + plain.map { $0 ^ 0xFF } + plain + [address, address ^ 0xFF, address, address ^ 0xFF]
    }
}
