import Payments

/// Asks the card on the reader whether an earlier transaction with its own money, whose answer was lost, took place. It
/// takes no money, and believes no card that cannot prove itself.
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

<<<<<<< /tmp/mours
    private enum Inquiry {
<<<<<<< /tmp/mours
        case purse(PurseRecoveryMachine)
        case desfire(DESFireRecoveryMachine)
=======
        case purchase(PurchaseEvidence, TornPurchaseMachine)
        case load(TornLoadMachine)
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift
    }

    private var inquiry: Inquiry
=======
    private enum State {
        case purchase(PurchaseEvidence, TornPurchaseMachine)
        case mifareClassic(MIFAREClassicEvidence, MIFAREClassicRecoveryMachine)
    }

    private var state: State
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift

    /// `nil` when the profile is not one of the kind that the evidence comes from.
    ///
    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - profile: under which the card on the reader was found.
<<<<<<< /tmp/mours
<<<<<<< /tmp/mours
    ///   - time: local date and time of the tap, which the card logs.
    package init?(
        of evidence: CardTransactionEvidence, profile: CardProfile, terminal: TerminalID, time: CalendarTime
    ) {
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            inquiry = .purse(PurseRecoveryMachine(of: purchase, profile: profile, terminal: terminal, time: time))
        case (.desfireDebit(let debit), .desfire(let profile)):
            guard let machine = DESFireRecoveryMachine(profile: profile, evidence: debit) else { return nil }
            inquiry = .desfire(machine)
        case (.purchase, _), (.desfireDebit, _): return nil
=======
    ///   - pin: for a load, where the cardholder entered it again.
    package init?(of evidence: CardTransactionEvidence, profile: CardProfile, pin: CardPIN? = nil) {
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            let machine = TornPurchaseMachine(profile: profile, intent: PurchaseIntent(purchase))
            inquiry = .purchase(purchase, machine)
        case (.load(let load), .purse(let profile)):
            inquiry = .load(TornLoadMachine(profile: profile, evidence: load, pin: pin))
        case (.purchase, .identityOnly), (.load, .identityOnly): return nil
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift
=======
    ///   - dialect: what the reader is known to speak; `nil` for an unknown one, which writes to no memory card.
    package init?(of evidence: CardTransactionEvidence, profile: CardProfile, dialect: ValueDialect? = nil) {
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            let intent = PurchaseIntent(purchase)
            state = .purchase(purchase, TornPurchaseMachine(profile: profile, intent: intent))
        case (.mifareClassic(let debit), .mifareClassic(let profile)):
            guard
                let machine = MIFAREClassicRecoveryMachine(profile: profile, evidence: debit, dialect: dialect)
            else { return nil }
            state = .mifareClassic(debit, machine)
        case (.purchase, _), (.mifareClassic, _): return nil
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift
        }
    }

    package mutating func receive(_ event: CardEvent) -> Action {
<<<<<<< /tmp/mours
        switch inquiry {
<<<<<<< /tmp/mours
        case .purse(var machine):
            let action = machine.receive(event)
            inquiry = .purse(machine)
            return action
        case .desfire(var machine):
            let action = machine.receive(event)
            inquiry = .desfire(machine)
            return action.inside { .finish(Outcome($0)) }
=======
        case .purchase(let evidence, var machine):
            let action = machine.receive(event)
            inquiry = .purchase(evidence, machine)
            return action.inside { .finish(Self.outcome($0, evidence)) }
        case .load(var machine):
            let action = machine.receive(event)
            inquiry = .load(machine)
            return action.inside { .finish(Self.outcome($0)) }
        }
    }

    private static func outcome(_ result: TornLoadResult) -> Outcome {
        switch result {
        case .otherCard: .otherCard
        case .happened(let evidence, _): .happened(.load(evidence))
        case .didNotHappen: .didNotHappen
        case .undetermined: .undetermined
        case .unresolved(let obstacle): .unresolved(CardRefusal(recovery: obstacle))
        }
    }

    private static func outcome(_ result: TornPurchaseResult, _ evidence: PurchaseEvidence) -> Outcome {
=======
        switch state {
        case .purchase(let evidence, var machine):
            let action = machine.receive(event)
            state = .purchase(evidence, machine)
            return action.inside { .finish(Self.outcome($0, of: evidence)) }
        case .mifareClassic(let evidence, var machine):
            let action = machine.receive(event)
            state = .mifareClassic(evidence, machine)
            return action.inside { .finish(Self.outcome($0, of: evidence)) }
        }
    }

    private static func outcome(_ result: MIFAREClassicRecoveryResult, of evidence: MIFAREClassicEvidence) -> Outcome {
        switch result {
        case .otherCard: .otherCard
        case .happened: .happened(.mifareClassic(evidence))
        case .didNotHappen: .didNotHappen
        case .undetermined: .undetermined
        case .unresolved(let failure): .unresolved(CardRefusal(mifareClassic: failure))
        }
    }

    private static func outcome(_ result: TornPurchaseResult, of evidence: PurchaseEvidence) -> Outcome {
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift
        switch result {
        case .otherCard: .otherCard
        case .committed(let findings, _), .committedProvisional(let findings):
            .happened(.purchase(evidence.completed(by: findings)))
        case .notDebited: .didNotHappen
        case .suspense: .undetermined
        case .unresolved(let obstacle): .unresolved(CardRefusal(recovery: obstacle))
>>>>>>> Sources/SmartCards/Probe/CardRecovery.swift
        }
    }
}

extension CardRecovery.Outcome {
    init(_ result: DESFireRecoveryResult) {
        switch result {
        case .otherCard: self = .otherCard
        case .happened(let evidence): self = .happened(.desfireDebit(evidence))
        case .didNotHappen: self = .didNotHappen
        case .undecided: self = .undetermined
        case .unresolved(let failure): self = .unresolved(CardRefusal(desfire: failure))
        }
    }
}

extension CardRefusal {
    /// The refusal for a card that could not be asked about an earlier transaction.
    init(recovery obstacle: TornTransactionObstacle) {
        switch obstacle {
        case .communicationFailed: self.init(.communicationFailed, detail: "recovery")
        case .applicationLocked: self.init(.applicationLocked)
        case .status(let status): self.init(.cardFault, detail: "recovery: \(status), \(status.meaning)")
        case .malformedAnswer(let error): self.init(.malformedAnswer, detail: "recovery: \(error)")
        case .pinNeeded: self.init(.pinMissing)
        }
    }
}
