/// Whose money pays.
package enum Tender: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cardholder's account at the hub; card or code only prove who pays.
    case account
    /// The card's own purse; card and secure module decide together.
    case purse
}
