import SmartCards

/// A MIFARE Classic chip together with the reader that answers the pseudo-APDUs for it: over vpcd nobody else would.
package struct SimulatedClassicCard: VirtualCard {
    package var chip: SimulatedClassicChip
    /// How this reader writes value commands; `nil` for one that has none.
    package let dialect: ValueDialect?
    /// What this reader answers when a key does not open a sector: readers differ.
    package var refusedKey = StatusWord(0x6300)
    var slots: [UInt8: [UInt8]] = [:]

    package init(chip: SimulatedClassicChip, dialect: ValueDialect?) {
        self.chip = chip
        self.dialect = dialect
    }

    /// What PC/SC readers make up for a memory card of 1 KiB or 4 KiB (PC/SC part 3 section 3.1.3.2.3).
    package var answerToReset: [UInt8] {
        let isLarge = chip.blocks.count > 64
        return [0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00]
            + (isLarge ? [0x02] : [0x01]) + [0x00, 0x00, 0x00, 0x00] + (isLarge ? [0x69] : [0x6A])
    }

    package mutating func powerOn() { chip.powerOn() }

    package mutating func reset() { chip.powerOn() }

    package mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        guard chip.isPresent else { return ResponseAPDU(status: Self.failed).bytes }
        if command.count == 6, command.starts(with: [0xFF, 0x88, 0x00]) {
            return authenticate(block: command[3], kind: command[4], slot: command[5]).bytes
        }
        do throws(CardDataError) {
            return handle(try CommandAPDU(decoding: command)).bytes
        } catch {
            return ResponseAPDU(status: .wrongLength).bytes
        }
    }

    /// 6300, what readers say of a chip that does not answer or refuses.
    static let failed = StatusWord(0x6300)

    private mutating func handle(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.classByte == 0xFF else {
            return ResponseAPDU(status: command.instruction == 0xA4 ? .fileNotFound : .instructionNotSupported)
        }
        switch command.instruction {
        case 0xCA: return identify(command)
        case 0x82:
            guard command.data.count == 6 else { return ResponseAPDU(status: .wrongLength) }
            slots[command.parameter2] = command.data
            return ResponseAPDU(status: .success)
        case 0x86:
            guard command.data.count == 5, command.data.starts(with: [0x01, 0x00]) else {
                return ResponseAPDU(status: .wrongLength)
            }
            return authenticate(block: command.data[2], kind: command.data[3], slot: command.data[4])
        case 0xB0:
            guard command.expectedLength == 16 else { return ResponseAPDU(status: .wrongLength) }
            guard let content = chip.read(Int(command.parameter2)) else {
                return ResponseAPDU(status: .securityStatusNotSatisfied)
            }
            return ResponseAPDU(data: content, status: .success)
        case 0xD6:
            guard command.data.count == 16 else { return ResponseAPDU(status: .wrongLength) }
            return outcome(chip.write(Int(command.parameter2), command.data))
        default: return vendorCommand(command)
        }
    }

    private func identify(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: StatusWord(0x6A81))
        }
        return ResponseAPDU(data: chip.identifier, status: .success)
    }

    private mutating func authenticate(block: UInt8, kind: UInt8, slot: UInt8) -> ResponseAPDU {
        guard kind == 0x60 || kind == 0x61, let key = slots[slot] else {
            return ResponseAPDU(status: StatusWord(0x6984))
        }
        let isOpen = chip.authenticate(block: Int(block), isKeyB: kind == 0x61, key: key)
        return ResponseAPDU(status: isOpen ? .success : refusedKey)
    }

    func outcome(_ isDone: Bool) -> ResponseAPDU { ResponseAPDU(status: isDone ? .success : Self.failed) }
}
