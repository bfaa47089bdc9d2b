import Payments

/// The commands that the terminal sends. Codes: MIFARE DESFire EV2/EV3 data sheets, as collected in proxmark3's
/// `include/protocols.h`. Reading and writing use the codes AD, 8D, AB and 8B, whose long messages are split by the
/// reader (ISO 14443-4) and not by the card; these are the ones of the published examples (AN12343). In a session of
/// EV1 the older codes take their place.
extension DESFireCommand {
    /// GetVersion (60).
    package static let getVersion = DESFireCommand(0x60)

    /// GetCardUID (51): the real UID even of a card that shows random ones. Needs a session.
    package static let getCardUID = DESFireCommand(0x51, communication: .full, answerLength: 7)

    /// SelectApplication (5A). Ends any session.
    package static func selectApplication(_ application: DESFireApplicationID) -> DESFireCommand {
        DESFireCommand(0x5A, header: application.bytes)
    }

    /// GetFileSettings (F5).
    ///
    /// - Parameter communication: MAC inside a session, plain outside.
    package static func getFileSettings(
        file: UInt8, communication: DESFireCommunication = .mac
    ) -> DESFireCommand {
        DESFireCommand(0xF5, header: [file], communication: communication)
    }

    /// ReadData (AD) of `length` bytes from `offset`, both 24 bits.
    package static func readData(
        file: UInt8, offset: UInt32 = 0, length: UInt32, communication: DESFireCommunication
    ) -> DESFireCommand {
        DESFireCommand(
            0xAD, header: range(file, offset, length), communication: communication, answerLength: Int(length))
    }

    /// WriteData (8D) from `offset`, 24 bits.
    package static func writeData(
        file: UInt8, offset: UInt32 = 0, _ data: [UInt8], communication: DESFireCommunication
    ) -> DESFireCommand {
        DESFireCommand(
            0x8D, header: range(file, offset, UInt32(data.count)), data: data, communication: communication)
    }

    /// ReadRecords (AB): the oldest of them first in the answer.
    ///
    /// - Parameters:
    ///   - first: the newest record that is read, 0 for the newest of all.
    ///   - count: how many records back from there, above zero.
    ///   - recordLength: bytes of one record.
    package static func readRecords(
        file: UInt8, from first: UInt32 = 0, count: UInt32, recordLength: Int, communication: DESFireCommunication
    ) -> DESFireCommand {
        DESFireCommand(
            0xAB, header: range(file, first, count), communication: communication,
            answerLength: Int(count) * recordLength)
    }

    /// WriteRecord (8B): a new record, valid with the next commit.
    package static func writeRecord(
        file: UInt8, _ data: [UInt8], communication: DESFireCommunication
    ) -> DESFireCommand {
        DESFireCommand(0x8B, header: range(file, 0, UInt32(data.count)), data: data, communication: communication)
    }

    /// GetValue (6C): the committed value.
    package static func getValue(file: UInt8, communication: DESFireCommunication) -> DESFireCommand {
        DESFireCommand(0x6C, header: [file], communication: communication, answerLength: 4)
    }

    /// Debit (DC), valid with the next commit.
    ///
    /// - Parameter amount: in fen, up to 2,147,483,647.
    package static func debit(
        file: UInt8, amount: UInt32, communication: DESFireCommunication
    ) -> DESFireCommand {
        invariant(amount <= UInt32(Int32.max), "a DESFire value is a signed number of 32 bits")
        return DESFireCommand(
            0xDC, header: [file], data: amount.littleEndianBytes(count: 4), communication: communication)
    }

    /// CommitTransaction (C7): all changes since the last commit at once, or none.
    ///
    /// - Parameter returningTransactionMAC: asks for TMC and TMV (option 01); only for an application that has a
    ///   transaction MAC file.
    package static func commitTransaction(returningTransactionMAC: Bool) -> DESFireCommand {
        DESFireCommand(0xC7, header: returningTransactionMAC ? [0x01] : [], communication: .mac)
    }

    /// CreateTransactionMACFile (CE) with an AES key (key option 02). The key travels encrypted.
    ///
    /// - Parameter accessRights: as DESFire orders them, most significant nibble read, then write, read and write,
    ///   change.
    package static func createTransactionMACFile(
        file: UInt8, fileOption: UInt8 = 0, accessRights: UInt16, key: AESKey, keyVersion: UInt8
    ) -> DESFireCommand {
        DESFireCommand(
            0xCE, header: [file, fileOption] + accessRights.littleEndianBytes(count: 2) + [0x02],
            data: key.bytes + [keyVersion], communication: .full)
    }

    private static func range(_ file: UInt8, _ offset: UInt32, _ length: UInt32) -> [UInt8] {
        invariant(offset < 1 << 24 && length < 1 << 24, "DESFire files are addressed with 24 bits")
        return [file] + offset.littleEndianBytes(count: 3) + length.littleEndianBytes(count: 3)
    }
}
