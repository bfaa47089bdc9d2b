import Payments

/// A card as the operator sees it.
package struct CardSummary: Codable, Sendable, Hashable {
    package var id: CardID
    package var account: AccountID
    package var status: CardStatus
    /// The decline reason's number while the card is on the hot list.
    package var hotListReason: Int?
    package var issuedAtMilliseconds: Int64
}
