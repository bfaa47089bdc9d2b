import Payments

/// A payment from a card's own money, as far as card and secure module say.
package struct CardPayment: Sendable, Equatable {
    package let card: CardEvidence
    package let evidence: CardTransactionEvidence

    package init(card: CardEvidence, evidence: CardTransactionEvidence) {
        self.card = card
        self.evidence = evidence
    }
}

/// Why the outcome of a payment is not known.
package enum CardUncertainty: Sendable, Hashable {
    /// No answer, or one without a status word.
    case answerLost
    /// The card answered, but not as its protocol asks.
    case answerMalformed
    /// A status that leaves open whether the memory changed.
    case status
    /// The card answered well, and nobody could check it.
    case notChecked
    /// The card's proof is wrong: a counterfeit, or a byte that the air changed.
    case notGenuine
}
