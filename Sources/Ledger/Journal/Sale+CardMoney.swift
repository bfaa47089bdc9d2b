import Payments

extension JournalRecord.Sale {
    /// Whether a transaction with a card's own money may end like this.
    func fits(_ outcome: Outcome) -> Bool {
        movement.isCardMoney && payer.card != nil && amount > .zero && amount <= .saleMaximum
            && JournalRecord.isWellFormed(outcome, self)
    }

    /// Whether both move the same money between the same parties. Evidence grows between an intent and its end, and
    /// the end may come at another lane.
    func movesSameMoney(as other: JournalRecord.Sale) -> Bool {
        MovementColumns(movement).movement == MovementColumns(other.movement).movement && amount == other.amount
            && payer.card == other.payer.card && account == other.account && merchant == other.merchant
    }
}
