import Payments

/// The answer to GET BALANCE: 4 bytes, in fen.
package struct PurseBalance: Sendable, Hashable {
    /// In fen.
    package let fen: UInt32

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        fen = UInt32(bigEndian: try answer.data(exactly: 4, of: "balance")[...])
    }
}

/// The answer to INITIALIZE FOR PURCHASE, 15 bytes: balance 4, offline serial 2, overdraft limit 3, key version 1,
/// algorithm 1, random number 4.
package struct PurchaseInitialization: Sendable, Hashable {
    /// Length of the answer.
    package static let length = 15

    /// Balance before the purchase, in fen.
    package let balanceBefore: UInt32
    /// The serial that this purchase gets on the card.
    package let offlineSerial: UInt16
    /// Overdraft limit in fen, 24 bits.
    package let overdraftLimit: UInt32
    package let keyVersion: UInt8
    /// The card's algorithm number: an opaque selector for the secure module. 00 is triple DES.
    package let algorithm: UInt8
    /// Four bytes.
    package let random: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        self.init(fields: try answer.data(exactly: Self.length, of: "purchase initialization"))
    }

    /// - Parameter data: the 15 bytes of the answer.
    init(fields data: [UInt8]) {
        invariant(data.count == Self.length, "a purchase initialization has 15 bytes")
        balanceBefore = UInt32(bigEndian: data[0..<4])
        offlineSerial = UInt16(truncatingIfNeeded: UInt32(bigEndian: data[4..<6]))
        overdraftLimit = UInt32(bigEndian: data[6..<9])
        keyVersion = data[9]
        algorithm = data[10]
        random = Array(data[11..<15])
    }

    /// The 15 bytes of the answer.
    package var bytes: [UInt8] {
        balanceBefore.bigEndianBytes(count: 4) + offlineSerial.bigEndianBytes(count: 2)
            + overdraftLimit.bigEndianBytes(count: 3) + [keyVersion, algorithm] + random
    }
}

/// The answer to DEBIT FOR PURCHASE, 8 bytes: TAC 4, MAC2 4.
package struct PurchaseCryptograms: Sendable, Hashable {
    /// Length of the answer.
    package static let length = 8

    /// Four bytes: the proof to the issuer.
    package let tac: [UInt8]
    /// Four bytes: the proof to this terminal's secure module.
    package let mac2: [UInt8]

    package init(decoding answer: ResponseAPDU) throws(CardDataError) {
        let data = try answer.data(exactly: Self.length, of: "purchase cryptograms")
        tac = Array(data[0..<4])
        mac2 = Array(data[4..<8])
    }

    /// - Parameters:
    ///   - tac: 4 bytes.
    ///   - mac2: 4 bytes.
    init(tac: [UInt8], mac2: [UInt8]) {
        invariant(tac.count == 4 && mac2.count == 4, "TAC and MAC2 have 4 bytes")
        self.tac = tac
        self.mac2 = mac2
    }

    /// The cryptograms that a transaction proof repeats; a MAC that the card does not give is four zeros.
    package init(_ proof: TransactionProof) {
        tac = proof.tac
        mac2 = proof.mac ?? [0, 0, 0, 0]
    }
}

extension UInt32 {
    /// Up to four bytes, most significant first.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        invariant(bytes.count <= 4, "32 bits hold four bytes")
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
