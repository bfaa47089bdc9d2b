import Payments
import Terminal

extension PaymentJournal {
    /// The card's transaction with its own money that is still open.
    package func openCardTransaction(of card: CardID) async throws(LedgerError) -> OpenCardTransaction? {
        try await standing(of: CardEvidence(card: card, proof: .proven)).open
    }
}
