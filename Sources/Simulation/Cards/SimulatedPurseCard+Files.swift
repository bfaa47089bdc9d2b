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

    /// READ RECORD of the directory file 01 under the master file, whose one entry is the purse application.
    func readDirectory(_ command: CommandAPDU) -> ResponseAPDU {
        guard command.parameter2 >> 3 == 0x01 else { return ResponseAPDU(status: .fileNotFound) }
        guard command.parameter2 & 0x07 == 0x04 else { return ResponseAPDU(status: .wrongParameters) }
        let entry = DataElement(
            tag: 0x61,
            content: .constructed([
                DataElement(tag: 0x4F, content: .primitive(memory.applicationName)),
                DataElement(tag: 0x50, content: .primitive(Array("PBOC".utf8))),
            ]))
        return record(command, at: Int(command.parameter1) - 1, of: [entry.bytes])
    }

    /// READ RECORD of the transaction log, whose record 1 is the newest, or of the compound-purchase file, there also
    /// by identifier.
    func readRecord(_ command: CommandAPDU) -> ResponseAPDU {
        switch command.parameter2 >> 3 {
        case 0x18:
            guard command.parameter2 & 0x07 == 0x04 else { return ResponseAPDU(status: .wrongParameters) }
            guard memory.behavior.isLogFree || isPINVerified else {
                return ResponseAPDU(status: .securityStatusNotSatisfied)
            }
            return record(command, at: Int(command.parameter1) - 1, of: memory.log)
        case memory.behavior.compoundFile where !memory.behavior.compoundRecords.isEmpty:
            do throws(CompoundRecordNotFound) {
                return record(command, at: try compoundIndex(command), of: memory.behavior.compoundRecords)
            } catch {
                return ResponseAPDU(status: error.status)
            }
        default: return ResponseAPDU(status: .fileNotFound)
        }
    }

    /// The index of the compound record that P1 and the mode in P2 name.
    func compoundIndex(_ command: CommandAPDU) throws(CompoundRecordNotFound) -> Int {
        let records = memory.behavior.compoundRecords
        switch command.parameter2 & 0x07 {
        case 0x00:
            guard let found = records.firstIndex(where: { $0.first == command.parameter1 }) else {
                throw CompoundRecordNotFound(status: .recordNotFound)
            }
            return found
        case 0x04:
            let index = Int(command.parameter1) - 1
            guard records.indices.contains(index) else { throw CompoundRecordNotFound(status: .recordNotFound) }
            return index
        default: throw CompoundRecordNotFound(status: .wrongParameters)
        }
    }

    private func record(_ command: CommandAPDU, at index: Int, of records: [[UInt8]]) -> ResponseAPDU {
        guard command.data.isEmpty, let wanted = command.expectedLength else {
            return ResponseAPDU(status: .wrongLength)
        }
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

/// No compound record fits P1 and P2.
struct CompoundRecordNotFound: Error {
    let status: StatusWord
}
