import Payments

/// A change of a card's life, with what it does to the hot list.
package struct CardChange: Sendable, Hashable {
    package var status: CardStatus
    package var from: Set<CardStatus>
    /// What happens to the card's hot-list entry in the same transaction.
    package var hotList: HotListChange

    /// What a change of a card does to the hot list.
    package enum HotListChange: Sendable, Hashable {
        case list(DeclineReason)
        case remove
        case leave
    }

    package static let lost = CardChange(status: .lost, from: [.active], hotList: .list(.cardReportedLost))
    package static let stolen = CardChange(
        status: .stolen, from: [.active, .lost], hotList: .list(.cardReportedStolen))
    package static let found = CardChange(status: .active, from: [.lost], hotList: .remove)
    package static let closed = CardChange(status: .closed, from: [.active, .lost, .stolen], hotList: .leave)
}

/// Cards and the hot list.
package protocol CardStore: Sendable {
    /// Gives an account a card. Refused with `alreadyExists` when the card is in the books.
    func issueCard(_ card: NewCard, now: UnixTime) async throws -> CardSummary
    /// A page of cards, of one account or of all.
    func cards(account: AccountID?, _ page: PageRequest) async throws -> Page<CardSummary>
    /// Changes a card's status and the hot list in one commit.
    func change(card: CardID, _ change: CardChange) async throws -> CardSummary
}
