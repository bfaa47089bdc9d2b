import Payments

extension PurseCommand {
    /// GET TRANSACTION PROVE (`80 5A 00 type 02 serial 08`).
    ///
    /// - Parameters:
    ///   - type: exactly as the transaction used it: 02 load, 06 purchase, 09 compound purchase.
    ///   - serial: cards file the proof under the serial of INITIALIZE or under the next one.
    package static func getTransactionProof(type: UInt8, serial: UInt16) -> CommandAPDU {
        CommandAPDU(
            0x80, 0x5A, 0x00, type, data: serial.bigEndianBytes(count: 2), expectedLength: TransactionProof.length)
    }

    /// READ RECORD of the transaction log (`00 B2 nn C4 17`).
    ///
    /// - Parameter number: 1 is the newest.
    package static func readLogRecord(_ number: UInt8) -> CommandAPDU {
        GeneralCommand.readRecord(number, shortFile: PurseLogRecord.shortFile, count: PurseLogRecord.length)
    }
}

/// The answer to GET TRANSACTION PROVE, 8 bytes: MAC 4, TAC 4, the other way round than DEBIT's.
///
/// That a card answers at all proves nothing: it may be the proof of the transaction before.
package struct TransactionProof: Sendable, Hashable {
    /// Length of the answer.
    package static let length = 8

    /// Four bytes; `nil` when the card gave 00000000, which is no MAC and must not reach a secure module.
    package let mac: [UInt8]?
    /// Four bytes.
    package let tac: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        let data = try answer.data(exactly: Self.length, of: "transaction proof")
        let mac = Array(data[0..<4])
        self.mac = mac.allSatisfy { $0 == 0 } ? nil : mac
        tac = Array(data[4..<8])
    }
}
