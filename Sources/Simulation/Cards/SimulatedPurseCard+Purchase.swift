import Payments
import SmartCards

extension SimulatedPurseCard {
    /// INITIALIZE FOR LOAD, PURCHASE or CAPP PURCHASE, as P1 says.
    mutating func initialize(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter2 == 0x02 else { return ResponseAPDU(status: .wrongParameters) }
        switch command.parameter1 {
        case 0x00: return initializeForLoad(command)
        case 0x01: return initializeForPurchase(command, type: PurseTransaction.purchaseType)
        case 0x03: return initializeForPurchase(command, type: PurseTransaction.compoundPurchaseType)
        default: return ResponseAPDU(status: .wrongParameters)
        }
    }

    /// Key index 1, amount 4, terminal 6.
    private mutating func initializeForPurchase(_ command: CommandAPDU, type: UInt8) -> ResponseAPDU {
        guard command.data.count == 11, command.expectedLength == 15 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard command.data[0] == memory.purchaseKeyIndex else { return ResponseAPDU(status: .keyIndexNotSupported) }
        let amount = number(command.data[1..<5])
        guard amount <= memory.balance else { return ResponseAPDU(status: .insufficientBalance) }
        guard memory.offlineSerial < .max else { return ResponseAPDU(status: .counterAtMaximum) }
        guard eraseProofs() else { return ResponseAPDU(status: .memoryFailure) }
        let drawn = UInt32.random(in: .min ... .max, using: &random).bigEndianBytes(count: 4)
        session = PurchaseSession(
            amount: amount, terminal: Array(command.data[5..<11]), random: drawn, type: type)
        let overdraftLimit: [UInt8] = [0, 0, 0]
        return ResponseAPDU(
            data: memory.balance.bigEndianBytes(count: 4) + memory.offlineSerial.bigEndianBytes(count: 2)
                + overdraftLimit + [memory.keyVersion, memory.algorithm] + drawn,
            status: .success)
    }

    /// DEBIT FOR PURCHASE: terminal serial 4, date 4, time 3, MAC1 4. All or nothing, and only after INITIALIZE.
    mutating func debitForPurchase(_ command: CommandAPDU, _ open: PurchaseSession?) -> ResponseAPDU {
        guard command.parameter1 == 0x01, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard command.data.count == 15, command.expectedLength == 8 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard let open else { return ResponseAPDU(status: .wrongState) }
        let terminalSerial = Array(command.data[0..<4])
        let dateAndTime = Array(command.data[4..<11])
        let amountTypeTerminal = open.amount.bigEndianBytes(count: 4) + [open.type] + open.terminal
        let sessionKey = sessionKey(open, terminalSerial: terminalSerial)
        guard PurseMAC.compute(amountTypeTerminal + dateAndTime, key: sessionKey) == Array(command.data[11..<15]) else {
            return ResponseAPDU(status: .cryptogramInvalid)
        }
        guard open.amount <= memory.balance else { return ResponseAPDU(status: .insufficientBalance) }
        let tac = authenticationCode(amountTypeTerminal + terminalSerial + dateAndTime)
        let mac2 = PurseMAC.compute(open.amount.bigEndianBytes(count: 4), key: sessionKey)
        guard commit(open, amountTypeTerminal + dateAndTime, mac2, tac) else {
            return ResponseAPDU(status: .memoryFailure)
        }
        return ResponseAPDU(data: tac + mac2, status: .success)
    }

    /// Balance, serial, log, compound records and proof change together; `false`, and nothing changed, when they could
    /// not be stored.
    private mutating func commit(
        _ purchase: PurchaseSession, _ logged: [UInt8], _ mac2: [UInt8], _ tac: [UInt8]
    ) -> Bool {
        var changed = memory
        changed.balance -= purchase.amount
        changed.offlineSerial += 1
        // The serial after counting, as cards in the field log it.
        let record = changed.offlineSerial.bigEndianBytes(count: 2) + [0, 0, 0] + logged
        changed.log = Array(([record] + changed.log).prefix(PurseCardMemory.logLength))
        for (index, content) in purchase.records { changed.behavior.compoundRecords[index] = content }
        changed.behavior.file(type: purchase.type, initialized: memory.offlineSerial, mac: mac2, tac: tac)
        return store(changed)
    }

    private func sessionKey(_ purchase: PurchaseSession, terminalSerial: [UInt8]) -> DESKey {
        let seed = purchase.random + memory.offlineSerial.bigEndianBytes(count: 2) + terminalSerial.suffix(2)
        guard let key = DESKey(TripleDES(key: keys.purchase).encrypt(block: seed)) else {
            fatalError("a DES block is 8 bytes")
        }
        return key
    }

    func authenticationCode(_ data: [UInt8]) -> [UInt8] {
        PurseMAC.compute(data, key: keys.transactionAuthentication.folded)
    }

    func number(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
}
