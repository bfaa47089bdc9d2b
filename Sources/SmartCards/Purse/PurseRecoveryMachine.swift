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
        case askingForPurchase(TornPurchaseMachine, PurchaseEvidence)
        /// → proving, finished
        case askingForLoad(TornLoadMachine)
        /// → finished. With what the card had said.
        case proving(PursePurchaseMachine, CardRecovery.Outcome)
        case finished
    }

    private let information: PublicInformation
    private let profile: PurseProfile
    private let terminal: TerminalID
    private let time: CalendarTime
    private var state: State

    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - time: local date and time of the tap, which the card logs.
    package init(of evidence: PurchaseEvidence, profile: PurseProfile, terminal: TerminalID, time: CalendarTime) {
        self.init(
            .askingForPurchase(
                TornPurchaseMachine(profile: profile, intent: PurchaseIntent(evidence)), evidence),
            evidence.information, profile, terminal, time)
    }

    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - pin: where the cardholder entered it again.
    ///   - time: local date and time of the tap, which the card logs.
    package init(
        of evidence: LoadEvidence, pin: CardPIN?, profile: PurseProfile, terminal: TerminalID, time: CalendarTime
    ) {
        self.init(
            .askingForLoad(TornLoadMachine(profile: profile, evidence: evidence, pin: pin)), evidence.information,
            profile, terminal, time)
    }

    private init(
        _ state: State, _ information: PublicInformation, _ profile: PurseProfile, _ terminal: TerminalID,
        _ time: CalendarTime
    ) {
        self.state = state
        self.information = information
        self.profile = profile
        self.terminal = terminal
        self.time = time
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch state {
        case .askingForPurchase(var machine, let evidence):
            let action = machine.receive(event)
            state = .askingForPurchase(machine, evidence)
            return action.inside { asked(CardRecovery.Outcome($0, of: evidence)) }
        case .askingForLoad(var machine):
            let action = machine.receive(event)
            state = .askingForLoad(machine)
            return action.inside { asked(CardRecovery.Outcome($0)) }
        case .proving(let machine, let outcome): return prove(machine, event, outcome)
        case .finished: fatalError("a card event came that no action asked for")
        }
    }

    private mutating func asked(_ outcome: CardRecovery.Outcome) -> Action {
        switch outcome {
        case .otherCard, .unresolved: return finish(outcome)
        case .happened, .didNotHappen, .undetermined:
            // Without a secure module nobody here can tell a counterfeit; such a profile loads and never debits.
            guard profile.proof != .none else { return finish(outcome) }
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
            let isSame = information.applicationSerial == self.information.applicationSerial
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

extension CardRecovery.Outcome {
    fileprivate init(_ result: TornPurchaseResult, of evidence: PurchaseEvidence) {
        switch result {
        case .otherCard: self = .otherCard
        case .committed(let findings, _), .committedProvisional(let findings):
            self = .happened(.purchase(evidence.completed(by: findings)))
        case .notDebited: self = .didNotHappen
        case .suspense: self = .undetermined
        case .unresolved(let obstacle): self = .unresolved(CardRefusal(recovery: obstacle))
        }
    }

    fileprivate init(_ result: TornLoadResult) {
        switch result {
        case .otherCard: self = .otherCard
        case .happened(let evidence, _): self = .happened(.load(evidence))
        case .didNotHappen: self = .didNotHappen
        case .undetermined: self = .undetermined
        case .unresolved(let obstacle): self = .unresolved(CardRefusal(recovery: obstacle))
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
