import Payments

extension PurseCommand {
    /// INITIALIZE FOR LOAD (`80 50 00 02 0B … 10`): key index 1, amount 4, terminal 6. The card wants its PIN before.
    ///
    /// - Parameter amount: in fen.
    package static func initializeForLoad(keyIndex: UInt8, amount: UInt32, terminal: TerminalID) -> CommandAPDU {
        CommandAPDU(
            0x80, 0x50, 0x00, 0x02, data: [keyIndex] + amount.bigEndianBytes(count: 4) + terminal.bytes,
            expectedLength: LoadInitialization.length)
    }

    /// CREDIT FOR LOAD (`80 52 00 00 0B … 04`): date 4, time 3, MAC2 4.
    ///
    /// - Parameter mac2: 4 bytes, computed by the issuer.
    package static func creditForLoad(time: CalendarTime, mac2: [UInt8]) -> CommandAPDU {
        invariant(mac2.count == 4, "MAC2 has 4 bytes")
        return CommandAPDU(
            0x80, 0x52, 0x00, 0x00, data: time.binaryCodedDate + time.binaryCodedTime + mac2,
            expectedLength: LoadProof.length)
    }
}

/// The answer to INITIALIZE FOR LOAD, 16 bytes: balance 4, online serial 2, key version 1, algorithm 1, random
/// number 4, MAC1 4.
package struct LoadInitialization: Sendable, Hashable {
    /// Length of the answer.
    package static let length = 16

    /// Balance before the load, in fen.
    package let balanceBefore: UInt32
    /// The serial that this load gets on the card.
    package let onlineSerial: UInt16
    package let keyVersion: UInt8
    package let algorithm: UInt8
    /// Four bytes.
    package let random: [UInt8]
    /// Four bytes, from the card to its issuer.
    package let mac1: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        self.init(fields: try answer.data(exactly: Self.length, of: "load initialization"))
    }

    /// - Parameter data: the 16 bytes of the answer.
    init(fields data: [UInt8]) {
        invariant(data.count == Self.length, "a load initialization has 16 bytes")
        balanceBefore = UInt32(bigEndian: data[0..<4])
        onlineSerial = UInt16(truncatingIfNeeded: UInt32(bigEndian: data[4..<6]))
        keyVersion = data[6]
        algorithm = data[7]
        random = Array(data[8..<12])
        mac1 = Array(data[12..<16])
    }

    /// The 16 bytes of the answer.
    package var bytes: [UInt8] {
        balanceBefore.bigEndianBytes(count: 4) + onlineSerial.bigEndianBytes(count: 2) + [keyVersion, algorithm]
            + random + mac1
    }
}

/// The answer to CREDIT FOR LOAD: the TAC, 4 bytes.
package struct LoadProof: Sendable, Hashable {
    /// Length of the answer.
    package static let length = 4

    /// Four bytes: the proof to the issuer.
    package let tac: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        tac = try answer.data(exactly: Self.length, of: "load proof")
    }
}
