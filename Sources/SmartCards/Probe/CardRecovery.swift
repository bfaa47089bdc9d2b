import Payments

/// Asks the card on the reader whether an earlier transaction with its own money, whose answer was lost, took place;
/// then lets the card prove that it is genuine, because anybody's card can say anything. It takes no money.
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

    private enum State {
        /// → proving, finished
        case asking(TornPurchaseMachine)
        /// → finished. A purchase of amount zero, whose MAC2 only a genuine card can make; and what the card had said.
        case proving(PursePurchaseMachine, Outcome)
        case finished
    }

    private let evidence: PurchaseEvidence
    private let profile: PurseProfile
    private let terminal: TerminalID
    private let time: CalendarTime
    private var state: State

    /// `nil` when the profile is not one of the kind that the evidence comes from.
    ///
    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - profile: under which the card on the reader was found.
    ///   - time: local date and time of the tap, which the card logs.
    package init?(
        of evidence: CardTransactionEvidence, profile: CardProfile, terminal: TerminalID, time: CalendarTime
    ) {
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            self.evidence = purchase
            self.profile = profile
            state = .asking(TornPurchaseMachine(profile: profile, intent: PurchaseIntent(purchase)))
        case (.purchase, .identityOnly): return nil
        }
        self.terminal = terminal
        self.time = time
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch state {
        case .asking(var machine):
            let action = machine.receive(event)
            state = .asking(machine)
            return action.inside { asked($0) }
        case .proving(let machine, let outcome): return prove(machine, event, outcome)
        case .finished: fatalError("a card event came that no action asked for")
        }
    }

    private mutating func asked(_ result: TornPurchaseResult) -> Action {
        let outcome: Outcome =
            switch result {
            case .otherCard: .otherCard
            case .committed(let findings, _), .committedProvisional(let findings):
                .happened(.purchase(evidence.completed(by: findings)))
            case .notDebited: .didNotHappen
            case .suspense: .undetermined
            case .unresolved(let obstacle): .unresolved(CardRefusal(recovery: obstacle))
            }
        switch outcome {
        case .otherCard, .unresolved: return finish(outcome)
        case .happened, .didNotHappen, .undetermined:
            return prove(
                PursePurchaseMachine(profile: profile, amount: 0, terminal: terminal, time: time), .started, outcome)
        }
    }

    private mutating func prove(_ machine: PursePurchaseMachine, _ event: CardEvent, _ outcome: Outcome) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .proving(machine, outcome)
        return action.inside { proven($0, outcome) }
    }

    private mutating func proven(_ result: PurseResult, _ outcome: Outcome) -> Action {
        switch result {
        case .identified(let information, .proven, _):
            let isSame = information.applicationSerial == evidence.information.applicationSerial
            return finish(isSame ? outcome : .otherCard)
        case .failed(let failure): return finish(.unresolved(CardRefusal(purse: failure)))
        case .unknown(_, let uncertainty): return finish(.unresolved(CardRefusal(proof: uncertainty)))
        case .identified, .purchased: fatalError("a proof took money, or proved nothing")
        }
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished
        return .finish(outcome)
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
