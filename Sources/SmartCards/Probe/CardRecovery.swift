import Payments

/// Asks the card on the reader whether an earlier transaction with its own money, whose answer was lost, took place.
/// It never changes money.
package struct CardRecovery: CardMachine {
    /// What became of the earlier transaction.
    package enum Outcome: Sendable, Equatable {
        /// Another card lies on the reader: the transaction stays as it is.
        case otherCard
        /// It took place. The evidence has the card's proof where the card gave one.
        case happened(CardTransactionEvidence)
        /// It did not take place, and never will.
        case didNotHappen
        /// The card was used elsewhere since, or contradicts itself: only the issuer's books can tell.
        case undetermined
        /// The card could not be asked to the end; it must be presented again.
        case unresolved(CardRefusal)
    }

    package typealias Result = Outcome
    package typealias Action = CardAction<Outcome>

    private let evidence: PurchaseEvidence
    private var machine: TornPurchaseMachine

    /// `nil` when the profile is not one of the kind that the evidence comes from.
    ///
    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - profile: under which the card on the reader was found.
    package init?(of evidence: CardTransactionEvidence, profile: CardProfile) {
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            self.evidence = purchase
            machine = TornPurchaseMachine(profile: profile, intent: PurchaseIntent(purchase))
        case (.purchase, .identityOnly): return nil
        }
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        machine.receive(event).inside { .finish(outcome($0)) }
    }

    private func outcome(_ result: TornPurchaseResult) -> Outcome {
        switch result {
        case .otherCard: .otherCard
        case .committed(let findings, _), .committedProvisional(let findings):
            .happened(.purchase(evidence.completed(by: findings)))
        case .notDebited: .didNotHappen
        case .suspense: .undetermined
        case .unresolved(let obstacle): .unresolved(CardRefusal(recovery: obstacle))
        }
    }
}

extension PurchaseEvidence {
    /// With the card's proof, where there is exactly one that can be ours: of two, one belongs to another purchase.
    fileprivate func completed(by findings: TornPurchaseFindings) -> Self {
        guard cryptograms == nil, findings.proofs.count == 1, let proof = findings.proofs.first else { return self }
        var completed = self
        completed.cryptograms = PurchaseCryptograms(proof)
        return completed
    }
}

extension CardRefusal {
    /// The refusal for a card that could not be asked about an earlier purchase.
    init(recovery obstacle: TornPurchaseObstacle) {
        switch obstacle {
        case .communicationFailed: self.init(.communicationFailed, detail: "recovery")
        case .applicationLocked: self.init(.applicationLocked)
        case .status(let status): self.init(.cardFault, detail: "recovery: \(status), \(status.meaning)")
        case .malformedAnswer(let error): self.init(.malformedAnswer, detail: "recovery: \(error)")
        }
    }
}
