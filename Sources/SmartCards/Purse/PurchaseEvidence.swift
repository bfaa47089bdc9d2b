import Payments

/// Every byte of a purse purchase that the issuer needs to check its TAC, and to find the purchase on the card again.
package struct PurchaseEvidence: Sendable, Hashable {
    package let information: PublicInformation
    package let transaction: PurseTransaction
    package let initialization: PurchaseInitialization
    /// The secure module's serial and MAC1, as they were sent to the card.
    package let secureModuleAnswer: SecureModuleAnswer
    /// The record that changes with the purse, of a compound purchase.
    package let compound: CompoundUpdate?
    /// TAC and MAC2; `nil` as long as the card's answer to DEBIT is not known.
    package var cryptograms: PurchaseCryptograms?

    package init(
        information: PublicInformation, transaction: PurseTransaction, initialization: PurchaseInitialization,
        secureModuleAnswer: SecureModuleAnswer, compound: CompoundUpdate? = nil,
        cryptograms: PurchaseCryptograms? = nil
    ) {
        self.information = information
        self.transaction = transaction
        self.initialization = initialization
        self.secureModuleAnswer = secureModuleAnswer
        self.compound = compound
        self.cryptograms = cryptograms
    }

    /// Whether the TAC was made with `key` over exactly these fields; `false` without a TAC.
    ///
    /// - Parameter key: the TAC key of this card, already diversified.
    package func isGenuine(underTACKey key: DESKey) -> Bool {
        guard let cryptograms else { return false }
        return cryptograms.tac
            == PurseCryptogram.purchaseTAC(key, transaction, terminalSerial: secureModuleAnswer.terminalSerial)
    }
}

extension PurchaseEvidence: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and serial, which name the purchase without the card's number.
    package var description: String {
        "purchase evidence of terminal \(transaction.terminal), serial \(secureModuleAnswer.terminalSerial)"
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
