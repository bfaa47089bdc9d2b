extension JournalRecord.Movement {
    /// Whether a card's own purse is concerned, so that the card has a word in it.
    package var isCardMoney: Bool {
        switch self {
        case .pursePurchase, .purseLoad: true
        case .accountPurchase, .refund, .void: false
        }
    }
}
