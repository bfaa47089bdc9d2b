import Payments

/// The commands of a purchase secure module (PSAM), and their answers.
package enum SecureModuleCommand {
    /// READ BINARY of the terminal number (`00 B0 96 00 06`).
    package static let readTerminalNumber = GeneralCommand.readBinary(
        shortFile: SecureModuleIdentity.terminalFile, count: SecureModuleIdentity.terminalLength)

    /// READ BINARY of the module's public information (`00 B0 95 00 0E`).
    package static let readPublicInformation = GeneralCommand.readBinary(
        shortFile: SecureModuleIdentity.informationFile, count: SecureModuleIdentity.informationLength)

    /// INIT_SAM_FOR_PURCHASE (`80 70 00 00`): random 4, offline serial 2, amount 4, type 1, date 4, time 3, key
    /// version 1, algorithm 1, then one to three factors of 8 bytes. Lc is 1C, 24 or 2C; Le is 08.
    package static func initializeForPurchase(_ request: SecureModuleRequest) -> CommandAPDU {
        invariant(request.isWellFormed, "a secure module request has a 4-byte random number and 8-byte factors")
        return CommandAPDU(
            0x80, 0x70, 0x00, 0x00,
            data: request.random + request.offlineSerial.bigEndianBytes(count: 2)
                + request.amount.bigEndianBytes(count: 4) + [request.transactionType] + request.time.binaryCodedDate
                + request.time.binaryCodedTime + [request.keyVersion, request.algorithm]
                + request.factors.flatMap { $0 },
            expectedLength: 8)
    }

    /// CREDIT_SAM_FOR_PURCHASE (`80 72 00 00 04`).
    ///
    /// - Parameter mac2: 4 bytes.
    package static func creditForPurchase(mac2: [UInt8]) -> CommandAPDU {
        invariant(mac2.count == 4, "MAC2 has 4 bytes")
        return CommandAPDU(0x80, 0x72, 0x00, 0x00, data: mac2)
    }

    /// Reads the answer to INIT_SAM_FOR_PURCHASE: terminal serial 4, MAC1 4.
    package static func decode(_ answer: ResponseAPDU) throws(CardDataError) -> SecureModuleAnswer {
        let data = try answer.data(exactly: 8, of: "secure module")
        return SecureModuleAnswer(terminalSerial: UInt32(bigEndian: data[0..<4]), mac1: Array(data[4..<8]))
    }
}

extension SecureModuleRequest {
    /// Whether random number and factors have their lengths.
    var isWellFormed: Bool {
        random.count == 4 && (1...3).contains(factors.count) && factors.allSatisfy { $0.count == 8 }
    }
}
