import Payments
import SmartCards

extension SimulatedPurseCard {
    /// GET TRANSACTION PROVE: serial 2; MAC 4 and TAC 4 of the last transaction of the type.
    func getTransactionProof(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter1 == 0x00 else { return ResponseAPDU(status: .wrongParameters) }
        guard command.data.count == 2, command.expectedLength == 8 || command.expectedLength == nil else {
            return ResponseAPDU(status: .wrongLength)
        }
        let proof = memory.behavior.proofs.first {
            $0.type == command.parameter2 && $0.serial.bigEndianBytes(count: 2) == command.data
        }
        guard let proof else { return ResponseAPDU(status: .proofNotAvailable) }
        return ResponseAPDU(data: proof.mac + proof.tac, status: .success)
    }

    /// VERIFY: the counter is stored before the answer tells whether the PIN was right.
    mutating func verify(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x00 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard (2...6).contains(command.data.count) else { return ResponseAPDU(status: .wrongLength) }
        guard memory.behavior.pinTriesLeft > 0 else { return ResponseAPDU(status: .authenticationBlocked) }
        let isRight = command.data == memory.behavior.pin
        var changed = memory
        changed.behavior.pinTriesLeft =
            isRight ? PurseCardBehavior.pinTriesMaximum : memory.behavior.pinTriesLeft - 1
        isPINVerified = false
        guard store(changed) else { return ResponseAPDU(status: .memoryFailure) }
        isPINVerified = isRight
        return ResponseAPDU(status: isRight ? .success : StatusWord(0x63C0 | UInt16(changed.behavior.pinTriesLeft)))
    }

    /// UPDATE CAPP DATA CACHE: kept in working memory until DEBIT.
    mutating func updateCompoundRecord(_ command: CommandAPDU, _ open: PurchaseSession?) -> ResponseAPDU {
        guard var open, open.type == PurseTransaction.compoundPurchaseType else {
            return ResponseAPDU(status: .wrongState)
        }
        guard command.parameter2 >> 3 == memory.behavior.compoundFile else {
            return ResponseAPDU(status: .fileNotFound)
        }
        let found: Int
        do throws(CompoundRecordNotFound) {
            found = try compoundIndex(command)
        } catch {
            return ResponseAPDU(status: error.status)
        }
        guard command.data.count == memory.behavior.compoundRecords[found].count else {
            return ResponseAPDU(status: .wrongLength)
        }
        open.records[found] = command.data
        session = open
        return ResponseAPDU(status: .success)
    }

    /// `false` when the card had to erase its proofs and could not.
    mutating func eraseProofs() -> Bool {
        guard memory.behavior.initializeErasesProof, !memory.behavior.proofs.isEmpty else { return true }
        var changed = memory
        changed.behavior.proofs = []
        return store(changed)
    }

    /// Makes `changed` the card's memory, durably; `false`, and nothing changed, when it could not be stored.
    mutating func store(_ changed: PurseCardMemory) -> Bool {
        do { try file?.save(changed) } catch { return false }
        memory = changed
        return true
    }
}

extension PurseCardBehavior {
    /// Replaces the proof of the last transaction of `type`.
    ///
    /// - Parameter serial: as INITIALIZE gave it.
    mutating func file(type: UInt8, initialized serial: UInt16, mac: [UInt8], tac: [UInt8]) {
        proofs.removeAll { $0.type == type }
        proofs.append(
            PurseCardProof(
                type: type, serial: proofSerial == .counted ? serial + 1 : serial,
                mac: givesProofMAC ? mac : [0, 0, 0, 0], tac: tac))
    }
}
