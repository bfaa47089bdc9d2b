/// What a card of one profile may pay here, beside the offline policy: a card that is easier to copy gets less.
package struct CardLimits: Sendable, Hashable {
    /// Largest single amount; `nil` when there is none beside the sale maximum.
    package var amountMaximum: Amount?
    /// Whether the card pays only while the hub answers.
    package var isHubRequired: Bool

    package init(amountMaximum: Amount? = nil, isHubRequired: Bool = false) {
        self.amountMaximum = amountMaximum
        self.isHubRequired = isHubRequired
    }
}
