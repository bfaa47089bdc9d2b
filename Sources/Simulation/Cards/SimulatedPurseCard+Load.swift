import Payments
import SmartCards

extension SimulatedPurseCard {
    /// INITIALIZE FOR LOAD: key index 1, amount 4, terminal 6; usually only after VERIFY.
    mutating func initializeForLoad(_ command: CommandAPDU) -> ResponseAPDU {
        guard isPINVerified || memory.behavior.isLoadFree == true else {
            return ResponseAPDU(status: .securityStatusNotSatisfied)
        }
        guard command.data.count == 11, command.expectedLength == 16 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard command.data[0] == memory.behavior.loadKeyIndex else {
            return ResponseAPDU(status: .keyIndexNotSupported)
        }
        let amount = number(command.data[1..<5])
        guard !memory.balance.addingReportingOverflow(amount).overflow else {
            return ResponseAPDU(status: .counterAtMaximum)
        }
        guard memory.onlineSerial < .max else { return ResponseAPDU(status: .counterAtMaximum) }
        guard eraseProofs() else { return ResponseAPDU(status: .memoryFailure) }
        let drawn = UInt32.random(in: .min ... .max, using: &random).bigEndianBytes(count: 4)
        let opened = LoadSession(amount: amount, terminal: Array(command.data[5..<11]), random: drawn)
        load = opened
        let balance = memory.balance.bigEndianBytes(count: 4)
        let mac1 = PurseMAC.compute(balance + opened.amountTypeTerminal, key: loadKey(opened))
        return ResponseAPDU(
            data: balance + memory.onlineSerial.bigEndianBytes(count: 2) + [memory.keyVersion, memory.algorithm]
                + drawn + mac1,
            status: .success)
    }

    /// CREDIT FOR LOAD: date 4, time 3, MAC2 4. All or nothing, and only after INITIALIZE FOR LOAD.
    mutating func creditForLoad(_ command: CommandAPDU, _ open: LoadSession?) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard command.data.count == 11, command.expectedLength == 4 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard let open else { return ResponseAPDU(status: .wrongState) }
        let signed = open.amountTypeTerminal + command.data[0..<7]
        guard PurseMAC.compute(signed, key: loadKey(open)) == Array(command.data[7..<11]) else {
            return ResponseAPDU(status: .cryptogramInvalid)
        }
        let serial = memory.onlineSerial
        var changed = memory
        changed.balance += open.amount
        changed.onlineSerial += 1
        let tac = authenticationCode(
            changed.balance.bigEndianBytes(count: 4) + serial.bigEndianBytes(count: 2) + signed)
        let record =
            changed.onlineSerial.bigEndianBytes(count: 2) + [0, 0, 0] + open.amountTypeTerminal + command.data[0..<7]
        changed.log = Array(([record] + changed.log).prefix(PurseCardMemory.logLength))
        // A load has no code that the terminal checks.
        changed.behavior.file(type: PurseTransaction.loadType, initialized: serial, mac: [0, 0, 0, 0], tac: tac)
        guard store(changed) else { return ResponseAPDU(status: .memoryFailure) }
        return ResponseAPDU(data: tac, status: .success)
    }

    private func loadKey(_ load: LoadSession) -> DESKey {
        let seed = load.random + memory.onlineSerial.bigEndianBytes(count: 2) + [0x80, 0x00]
        guard let key = DESKey(TripleDES(key: keys.load).encrypt(block: seed)) else {
            fatalError("a DES block is 8 bytes")
        }
        return key
    }
}

/// What INITIALIZE FOR LOAD leaves in working memory.
struct LoadSession {
    var amount: UInt32
    var terminal: [UInt8]
    var random: [UInt8]

    var amountTypeTerminal: [UInt8] { amount.bigEndianBytes(count: 4) + [0x02] + terminal }
}
