import Payments
import SmartCards

extension SimulatedPurseCard {
    /// READ BINARY of file 0x15 or 0x16 by short identifier.
    func readBinary(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.data.isEmpty, let wanted = command.expectedLength else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard command.parameter1 & 0xE0 == 0x80 else { return ResponseAPDU(status: .wrongParameters) }
        let content: [UInt8]
        switch command.parameter1 & 0x1F {
        case 0x15: content = memory.information.bytes
        case 0x16: content = memory.cardholder
        default: return ResponseAPDU(status: .fileNotFound)
        }
        let rest = content.dropFirst(Int(command.parameter2))
        guard !rest.isEmpty else { return ResponseAPDU(status: .wrongOffset) }
        if wanted == 256 { return ResponseAPDU(data: Array(rest), status: .success) }
        guard wanted <= rest.count else { return ResponseAPDU(status: .repeatExpecting(rest.count)) }
        return ResponseAPDU(data: Array(rest.prefix(wanted)), status: .success)
    }

    /// READ RECORD of the transaction log, whose record 1 is the newest, or of the compound-purchase file.
    func readRecord(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.data.isEmpty, let wanted = command.expectedLength else {
            return ResponseAPDU(status: .wrongLength)
        }
        guard command.parameter2 & 0x07 == 0x04 else { return ResponseAPDU(status: .wrongParameters) }
        let records: [[UInt8]]
        switch command.parameter2 >> 3 {
        case 0x18:
            guard memory.behavior.isLogFree || isPINVerified else {
                return ResponseAPDU(status: .securityStatusNotSatisfied)
            }
            records = memory.log
        case memory.behavior.compoundFile where !memory.behavior.compoundRecords.isEmpty:
            records = memory.behavior.compoundRecords
        default: return ResponseAPDU(status: .fileNotFound)
        }
        let index = Int(command.parameter1) - 1
        guard records.indices.contains(index) else { return ResponseAPDU(status: .recordNotFound) }
        let record = records[index]
        guard wanted == record.count || wanted == 256 else {
            return ResponseAPDU(status: .repeatExpecting(record.count))
        }
        return ResponseAPDU(data: record, status: .success)
    }

    /// GET BALANCE of the electronic purse.
    func getBalance(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter1 == 0x00, command.parameter2 == 0x02 else {
            return ResponseAPDU(status: .wrongParameters)
        }
        guard command.data.isEmpty, let wanted = command.expectedLength, wanted == 4 || wanted == 256 else {
            return ResponseAPDU(status: .wrongLength)
        }
        return ResponseAPDU(data: memory.balance.bigEndianBytes(count: 4), status: .success)
    }
}
