import Payments

/// Asks a purse card that is presented again what became of a transaction whose answer was lost; then lets it prove
/// that it is genuine, because anybody's card can say anything. It takes no money.
///
/// Everything that a new transaction could erase is read before the proof, a purchase of amount zero.
package struct PurseRecoveryMachine: CardMachine {
    package typealias Result = CardRecovery.Outcome
    package typealias Action = CardAction<CardRecovery.Outcome>

    private enum State {
        /// → proving, finished
        case asking(TornPurchaseMachine)
        /// → finished. With what the card had said.
        case proving(PursePurchaseMachine, CardRecovery.Outcome)
        case finished
    }

    private let evidence: PurchaseEvidence
    private let profile: PurseProfile
    private let terminal: TerminalID
    private let time: CalendarTime
    private var state: State

    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - time: local date and time of the tap, which the card logs.
    package init(of evidence: PurchaseEvidence, profile: PurseProfile, terminal: TerminalID, time: CalendarTime) {
        self.evidence = evidence
        self.profile = profile
        self.terminal = terminal
        self.time = time
        state = .asking(TornPurchaseMachine(profile: profile, intent: PurchaseIntent(evidence)))
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
        let outcome: CardRecovery.Outcome =
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
            let proof = PursePurchaseMachine(profile: profile, amount: 0, terminal: terminal, time: time)
            return prove(proof, .started, outcome)
        }
    }

    private mutating func prove(
        _ machine: PursePurchaseMachine, _ event: CardEvent, _ outcome: CardRecovery.Outcome
    ) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .proving(machine, outcome)
        return action.inside { proven($0, outcome) }
    }

    private mutating func proven(_ result: PurseResult, _ outcome: CardRecovery.Outcome) -> Action {
        switch result {
        case .identified(let information, .proven, _):
            let isSame = information.applicationSerial == evidence.information.applicationSerial
            return finish(isSame ? outcome : .otherCard)
        case .failed(let failure): return finish(.unresolved(CardRefusal(purse: failure)))
        case .unknown(_, let uncertainty): return finish(.unresolved(CardRefusal(proof: uncertainty)))
        case .identified, .purchased: fatalError("a proof took money, or proved nothing")
        }
    }

    private mutating func finish(_ outcome: CardRecovery.Outcome) -> Action {
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
