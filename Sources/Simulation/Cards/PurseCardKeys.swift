import SmartCards

/// The keys of one purse card.
package struct PurseCardKeys: Sendable {
    /// For MAC1 and MAC2 of purchases.
    package let purchase: DESKey
    /// For TACs.
    package let transactionAuthentication: DESKey
    /// For MAC1 and MAC2 of loads.
    package let load: DESKey

    /// Keys as they are, already the card's own. A card without a load key of its own loads under the purchase key.
    package init(purchase: DESKey, transactionAuthentication: DESKey, load: DESKey? = nil) {
        self.purchase = purchase
        self.load = load ?? purchase
        self.transactionAuthentication = transactionAuthentication
    }

    /// The keys of the card with `information` under the lab's master keys.
    ///
    /// - Parameter factors: as in the profile of the campus, the card's own first.
    package init(
        masterPurchase: DESKey, masterTransactionAuthentication: DESKey, masterLoad: DESKey? = nil,
        information: PublicInformation,
        factors: [DiversificationFactor] = [.applicationSerial]
    ) {
        let bytes = factors.map { $0.bytes(for: information) }
        purchase = masterPurchase.diversified(through: bytes)
        load = (masterLoad ?? masterPurchase).diversified(through: bytes)
        transactionAuthentication = masterTransactionAuthentication.diversified(through: bytes)
    }
}
