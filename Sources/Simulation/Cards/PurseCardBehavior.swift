import Payments

/// In what cards in the field differ, and the older state files do not say: a card without it behaves like the first.
package struct PurseCardBehavior: Sendable, Equatable, Codable {
    /// Under which serial GET TRANSACTION PROVE finds a transaction.
    package enum ProofSerial: String, Sendable, Codable, CaseIterable {
        /// The serial that INITIALIZE gave.
        case initialized
        /// One more: the serial after counting.
        case counted
    }

    package var proofSerial = ProofSerial.initialized
    /// Otherwise the MAC of a transaction proof is 00000000.
    package var givesProofMAC = true
    /// Otherwise the log is read only after VERIFY.
    package var isLogFree = true
    /// INITIALIZE of any kind erases the transaction proofs.
    package var initializeErasesProof = false
    /// The one load key index that the card knows.
    package var loadKeyIndex: UInt8 = 0x01
    /// Short identifier of the compound-purchase file.
    package var compoundFile: UInt8 = 0x19
    /// Records of the compound-purchase file; the first byte of each is its identifier.
    package var compoundRecords: [[UInt8]] = []
    package var pin: [UInt8] = [0x12, 0x34, 0x56]
    /// From 0, when the PIN is blocked, to 15.
    package var pinTriesLeft = PurseCardBehavior.pinTriesMaximum
    /// Whether a load needs no PIN; `nil`, as in older state files, for no.
    package var isLoadFree: Bool?
    /// What a locked application answers to SELECT and to every command: 6A81 when `nil`; some cards say 6283 at
    /// SELECT, or 9303 when they are locked for good.
    package var lockedStatus: UInt16?
    /// The proof of the last transaction of each type.
    package var proofs: [PurseCardProof] = []

    /// Attempts after a right PIN.
    package static let pinTriesMaximum = 3

    package init() {}
}

/// What GET TRANSACTION PROVE gives for one transaction.
package struct PurseCardProof: Sendable, Equatable, Codable {
    package let type: UInt8
    package let serial: UInt16
    /// Four bytes each.
    package let mac: [UInt8]
    package let tac: [UInt8]
}

extension KeyedDecodingContainer {
    /// State files from before this structure existed have none.
    func decode(_ type: PurseCardBehavior.Type, forKey key: Key) throws -> PurseCardBehavior {
        try decodeIfPresent(type, forKey: key) ?? PurseCardBehavior()
    }
}
