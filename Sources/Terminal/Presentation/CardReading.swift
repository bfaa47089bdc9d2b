import Payments

/// What the presentation of a card came to.
package enum CardReading: Sendable {
    /// Account tender: the card is known, and the order can be authorized.
    case identified(CardEvidence)
    /// Purse tender: decided and on disk.
    case decided(ConcludedTransaction)
    /// Purse tender: nobody knows whether the card paid; the same card must come again. The problem says why.
    case unknown(TransactionID, PresentationProblem)
    /// Purse tender: the card came again and cannot say; the hub will find out.
    case undetermined(TransactionID)
    /// The card wants its own PIN, or another one than was entered. The transaction is the order's own whose outcome is
    /// not known.
    case pinWanted(PINRequest, awaiting: TransactionID?)
    /// The order stands, and nothing was debited: the payer may try again.
    case problem(PresentationProblem)
    /// The journal failed before any money moved.
    case fault(LedgerError)
}

/// A reading, and how long card, reader and secure module took for it.
package struct CardPresented: Sendable {
    package var reading: CardReading
    package var cardTime: Duration

    package init(reading: CardReading, cardTime: Duration) {
        self.reading = reading
        self.cardTime = cardTime
    }
}
