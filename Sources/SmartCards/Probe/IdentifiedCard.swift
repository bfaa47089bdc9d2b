import Payments

/// A card that the terminal could identify.
package struct IdentifiedCard: Sendable, Equatable {
    /// What authorization needs: the card's name, how sure it is, and its days of validity.
    package let evidence: CardEvidence
    /// The purchase of amount zero that proved the card, for the issuer to check its TAC; `nil` when unproven.
    package let purchase: PurchaseEvidence?

    package init(evidence: CardEvidence, purchase: PurchaseEvidence? = nil) {
        self.evidence = evidence
        self.purchase = purchase
    }

    init(_ information: PublicInformation, _ proof: IdentityProof, _ purchase: PurchaseEvidence?) {
        evidence = CardEvidence(information, proof)
        self.purchase = purchase
    }
}

extension CardEvidence {
    /// What a purse card's public information says of it.
    package init(_ information: PublicInformation, _ proof: IdentityProof) {
        self.init(
            card: information.card, proof: proof, validFrom: information.validFrom,
            validThrough: information.validThrough)
    }
}

extension IdentifiedCard: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The card's number masked, and whether it was proven.
    package var description: String { "\(evidence.card) (\(evidence.proof.rawValue))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
