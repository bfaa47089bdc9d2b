import SmartCards

/// The vendors' own commands, read from the manuals' side.
extension SimulatedClassicCard {
    mutating func vendorCommand(_ command: CommandAPDU) -> ResponseAPDU {
        let block = Int(command.parameter2)
        let data = command.data
        switch (dialect, command.instruction) {
        case (.acs, 0xD7): return acsValue(block, data)
        case (.identiv3720, 0xD7), (.identiv4701, 0xD7): return writeSector(block, data)
        case (.identiv3720, 0xF0):
            guard data.count == 6, data[1] == command.parameter2, data[0] == 0xC0 || data[0] == 0xC1 else {
                return ResponseAPDU(status: .wrongLength)
            }
            let amount = Self.leastFirst(data[2..<6])
            return change(block, by: data[0] == 0xC0 ? -amount : amount)
        case (.identiv4701, 0xC2): return identivObjects(data)
        case (.omnikey5022, 0xD4), (.omnikey5022, 0xD8):
            guard data.count == 4 else { return ResponseAPDU(status: .wrongLength) }
            let amount = Self.leastFirst(data[...])
            return change(block, by: command.instruction == 0xD8 ? -amount : amount)
        case (.pn532, 0x00): return exchange(data)
        default: return ResponseAPDU(status: .instructionNotSupported)
        }
    }

    /// In one command the register and the block.
    private mutating func change(_ block: Int, by amount: Int64) -> ResponseAPDU {
        outcome(chip.load(block, change: amount) && chip.transfer(block))
    }

    private mutating func acsValue(_ block: Int, _ data: [UInt8]) -> ResponseAPDU {
        if data.count == 2, data[0] == 0x03 {
            return outcome(chip.load(block, change: 0) && chip.transfer(Int(data[1])))
        }
        guard data.count == 5 else { return ResponseAPDU(status: .wrongLength) }
        let amount = data[1...].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        switch data[0] {
        case 0x00:
            let value = Int32(truncatingIfNeeded: amount)
            return outcome(chip.write(block, SimulatedClassicChip.valueBlock(value, UInt8(block))))
        case 0x01: return change(block, by: amount)
        case 0x02: return change(block, by: -amount)
        default: return ResponseAPDU(status: .wrongParameters)
        }
    }

    /// Whatever length comes is spread over the data blocks of the sector: the worst that the collision can do.
    private mutating func writeSector(_ block: Int, _ data: [UInt8]) -> ResponseAPDU {
        let trailer = SimulatedClassicChip.trailer(of: block)
        var rest = data[...]
        for target in (trailer - (trailer < 128 ? 3 : 15))..<trailer where target != 0 {
            let content = Array(rest.prefix(16))
            rest = rest.dropFirst(16)
            let filler = [UInt8](repeating: 0, count: 16 - content.count)
            guard chip.write(target, content + filler) else { return outcome(false) }
        }
        return outcome(true)
    }

    /// A0 increment or A1 decrement, with 80 block and 81 value.
    private mutating func identivObjects(_ data: [UInt8]) -> ResponseAPDU {
        guard data.count == 11, data[0] == 0xA0 || data[0] == 0xA1, data[1] == 9, data[2...3] == [0x80, 0x01],
            data[5...6] == [0x81, 0x04]
        else { return ResponseAPDU(status: .wrongLength) }
        let amount = Self.leastFirst(data[7..<11])
        return change(Int(data[4]), by: data[0] == 0xA1 ? -amount : amount)
    }

    /// InDataExchange. The chip's word is in the data, the reader's status is good either way.
    private mutating func exchange(_ data: [UInt8]) -> ResponseAPDU {
        guard data.count >= 5, data.starts(with: [0xD4, 0x40, 0x01]) else { return ResponseAPDU(status: .wrongLength) }
        let block = Int(data[4])
        let isDone: Bool
        switch (data[3], data.count) {
        case (0xC0, 9): isDone = chip.load(block, change: -Self.leastFirst(data[5...]))
        case (0xC1, 9): isDone = chip.load(block, change: Self.leastFirst(data[5...]))
        case (0xB0, 5): isDone = chip.transfer(block)
        default: return ResponseAPDU(status: .wrongLength)
        }
        return ResponseAPDU(data: [0xD5, 0x41, isDone ? 0x00 : 0x14], status: .success)
    }

    private static func leastFirst(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}
