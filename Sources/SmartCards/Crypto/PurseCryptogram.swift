import Payments

/// The session keys and codes of a purse transaction (PBOC electronic purse, triple-DES profile).
///
/// A terminal in the field computes none of these: its secure module does. They serve the soft module of the lab,
/// the simulated cards and the check of a TAC.
package enum PurseCryptogram {
    /// `E(purchase key, random ‖ offline serial ‖ low half of the terminal serial)`, 8 bytes.
    package static func purchaseSessionKey(
        _ key: DESKey, random: [UInt8], offlineSerial: UInt16, terminalSerial: UInt32
    ) -> DESKey {
        sessionKey(
            key, random: random,
            rest: offlineSerial.bigEndianBytes(count: 2) + terminalSerial.bigEndianBytes(count: 2))
    }

    /// MAC1, terminal to card.
    package static func purchaseMAC1(_ sessionKey: DESKey, _ transaction: PurseTransaction) -> [UInt8] {
        PurseMAC.compute(
            transaction.amountTypeTerminal + transaction.dateAndTime, key: sessionKey)
    }

    /// MAC2, card to terminal.
    package static func purchaseMAC2(_ sessionKey: DESKey, amount: UInt32) -> [UInt8] {
        PurseMAC.compute(amount.bigEndianBytes(count: 4), key: sessionKey)
    }

    /// TAC: the card's proof of the purchase to its issuer.
    ///
    /// - Parameter key: the card's TAC key, whose halves are combined.
    package static func purchaseTAC(
        _ key: DESKey, _ transaction: PurseTransaction, terminalSerial: UInt32
    ) -> [UInt8] {
        PurseMAC.compute(
            transaction.amountTypeTerminal + terminalSerial.bigEndianBytes(count: 4) + transaction.dateAndTime,
            key: key.folded)
    }

    /// `E(load key, random ‖ online serial ‖ 8000)`, 8 bytes.
    package static func loadSessionKey(_ key: DESKey, random: [UInt8], onlineSerial: UInt16) -> DESKey {
        sessionKey(key, random: random, rest: onlineSerial.bigEndianBytes(count: 2) + [0x80, 0x00])
    }

    /// MAC1 of a load, card to issuer.
    package static func loadMAC1(
        _ sessionKey: DESKey, _ transaction: PurseTransaction, balanceBefore: UInt32
    ) -> [UInt8] {
        PurseMAC.compute(
            balanceBefore.bigEndianBytes(count: 4) + transaction.amountTypeTerminal, key: sessionKey)
    }

    /// MAC2 of a load, issuer to card.
    package static func loadMAC2(_ sessionKey: DESKey, _ transaction: PurseTransaction) -> [UInt8] {
        PurseMAC.compute(transaction.amountTypeTerminal + transaction.dateAndTime, key: sessionKey)
    }

    /// TAC of a load.
    ///
    /// - Parameter onlineSerial: as the card gave it in answer to INITIALIZE FOR LOAD.
    package static func loadTAC(
        _ key: DESKey, _ transaction: PurseTransaction, balanceAfter: UInt32, onlineSerial: UInt16
    ) -> [UInt8] {
        PurseMAC.compute(
            balanceAfter.bigEndianBytes(count: 4) + onlineSerial.bigEndianBytes(count: 2)
                + transaction.amountTypeTerminal + transaction.dateAndTime,
            key: key.folded)
    }

    private static func sessionKey(_ key: DESKey, random: [UInt8], rest: [UInt8]) -> DESKey {
        invariant(random.count == 4, "a card's random number has 4 bytes")
        return DESKey(unchecked: TripleDES(key: key).encrypt(block: random + rest))
    }
}
