import Payments
import SmartCards

extension SimulatedSecureModuleCard {
    /// INIT_SAM_FOR_PURCHASE: random 4, offline serial 2, amount 4, type 1, date 4, time 3, key version 1, algorithm 1,
    /// then a factor of 8 for each level of the key.
    mutating func initializeForPurchase(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard areKeysSelected else { return ResponseAPDU(status: .conditionsNotSatisfied) }
        guard !memory.isLocked else { return ResponseAPDU(status: .authenticationBlocked) }
        let data = command.data
        guard data.count == 20 + 8 * memory.levels, command.expectedLength == 8 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard data[18] == memory.keyVersion, data[19] == memory.algorithm else {
            return ResponseAPDU(status: .keyIndexNotSupported)
        }
        guard data[10] == 0x06 || data[10] == 0x09 else { return ResponseAPDU(status: .dataIncorrect) }
        let serial = memory.nextTerminalSerial
        guard serial < .max else { return ResponseAPDU(status: .counterAtMaximum) }
        var changed = memory
        changed.nextTerminalSerial += 1
        guard store(changed) else { return ResponseAPDU(status: .memoryFailure) }
        let factors = stride(from: 20, to: data.count, by: 8).map { Array(data[$0..<$0 + 8]) }
        let cardKey = factors.reversed().reduce(masterKey) { Self.derive($0, $1) }
        let seed = Array(data[0..<6]) + serial.bigEndianBytes(count: 2)
        let sessionKey = Self.key(TripleDES(key: cardKey).encrypt(block: seed))
        let amount = Array(data[6..<10])
        let mac1 = Self.code(amount + [data[10]] + memory.terminal.bytes + data[11..<18], sessionKey)
        session = PurchaseSession(key: sessionKey, amount: amount)
        return ResponseAPDU(data: serial.bigEndianBytes(count: 4) + mac1, status: .success)
    }

    /// CREDIT_SAM_FOR_PURCHASE: MAC2 4. The counter is stored before the answer tells whether it was right.
    mutating func creditForPurchase(_ command: CommandAPDU, _ open: PurchaseSession?) -> ResponseAPDU {
        var changed = memory
        changed.checksSeen += 1
        let answer = judge(command, open, &changed)
        guard store(changed) else { return ResponseAPDU(status: .memoryFailure) }
        return answer
    }

    private func judge(
        _ command: CommandAPDU, _ open: PurchaseSession?, _ changed: inout SecureModuleCardMemory
    ) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard command.data.count == 4, command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard !memory.isLocked else { return ResponseAPDU(status: .applicationPermanentlyLocked) }
        guard let open else { return ResponseAPDU(status: .wrongState) }
        guard command.data == Self.code(open.amount, open.key) else {
            changed.wrongChecksSeen += 1
            changed.triesLeft -= 1
            let tries = StatusWord(0x63C0 | UInt16(changed.triesLeft))
            return ResponseAPDU(status: memory.tellsTriesLeft ? tries : .cryptogramInvalid)
        }
        changed.triesLeft = memory.triesMaximum
        return ResponseAPDU(status: .success)
    }

    // MARK: - Cryptography, from the specification and the block cipher alone

    /// The key one level below `key`.
    private static func derive(_ key: DESKey, _ factor: [UInt8]) -> DESKey {
        let cipher = TripleDES(key: key)
        return Self.key(cipher.encrypt(block: factor) + cipher.encrypt(block: factor.map { $0 ^ 0xFF }))
    }

    /// The message authentication code under a session key: 80 and zeros to whole blocks, chained, first half of the
    /// last block.
    private static func code(_ data: [UInt8], _ key: DESKey) -> [UInt8] {
        var rest = data + [0x80]
        while rest.count % 8 != 0 { rest.append(0x00) }
        let cipher = TripleDES(key: key)
        var block = [UInt8](repeating: 0, count: 8)
        for start in stride(from: 0, to: rest.count, by: 8) {
            block = cipher.encrypt(block: (0..<8).map { block[$0] ^ rest[start + $0] })
        }
        return Array(block.prefix(4))
    }

    private static func key(_ bytes: [UInt8]) -> DESKey {
        guard let key = DESKey(bytes) else { fatalError("whole DES blocks make a key") }
        return key
    }
}
