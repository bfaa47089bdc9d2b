import Payments

/// `POST /operator/v1/purses/{card}/open`: what the card held before the books knew it. Once per card.
package struct PurseOpening: Codable, Sendable, Hashable {
    package var balanceFen: Int64

    package init(balanceFen: Int64) { self.balanceFen = balanceFen }
}

/// `POST /operator/v1/purses/{card}/correct`: takes the correction that the hub offers.
package struct PurseCorrection: Codable, Sendable, Hashable {
    /// The drift's reference, as the purse shows it; it makes a repeated request harmless.
    package var reference: String
    /// What was found, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(reference: String, note: String) {
        self.reference = reference
        self.note = note
    }
}

/// The answer to an opening and to a correction.
package struct PurseReceipt: Codable, Sendable, Hashable {
    package var posting: Int64
    package var card: CardID
    package var reference: String
    /// The books before and after.
    package var beforeFen: Int64
    package var afterFen: Int64
    /// Whether it was done before and nothing was posted this time.
    package var repeated: Bool
}

/// `POST /operator/v1/purse-transactions/{transaction}/resolve`: a person's word about an unknown outcome.
package struct PurseResolution: Codable, Sendable, Hashable {
    /// What a person can say.
    package enum Verdict: String, Codable, Sendable, CaseIterable {
        case happened, didNotHappen
    }

    package var verdict: Verdict
    /// How it is known, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(verdict: Verdict, note: String) {
        self.verdict = verdict
        self.note = note
    }
}
