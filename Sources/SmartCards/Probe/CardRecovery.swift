import Payments

/// Asks the card on the reader whether an earlier transaction with its own money, whose answer was lost, took place. It
/// takes no money, and believes no card that can prove itself and does not.
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

    private enum Inquiry {
        case purse(PurseRecoveryMachine)
        case desfire(DESFireRecoveryMachine)
        case mifareClassic(MIFAREClassicRecoveryMachine, MIFAREClassicEvidence)
    }

    private var inquiry: Inquiry

    /// `nil` when the profile is not one of the kind that the evidence comes from, or the evidence moved no money.
    ///
    /// - Parameters:
    ///   - evidence: as it was stored before the command whose answer was lost.
    ///   - profile: under which the card on the reader was found.
    ///   - time: local date and time of the tap, which the card logs.
    ///   - pin: for a load, where the cardholder entered it again.
    ///   - dialect: what the reader is known to speak; `nil` for an unknown one, which writes to no memory card.
    package init?(
        of evidence: CardTransactionEvidence, profile: CardProfile, terminal: TerminalID, time: CalendarTime,
        pin: CardPIN? = nil, dialect: ValueDialect? = nil
    ) {
        guard evidence.amount > 0 else { return nil }
        switch (evidence, profile) {
        case (.purchase(let purchase), .purse(let profile)):
            inquiry = .purse(PurseRecoveryMachine(of: purchase, profile: profile, terminal: terminal, time: time))
        case (.load(let load), .purse(let profile)):
            inquiry = .purse(
                PurseRecoveryMachine(of: load, pin: pin, profile: profile, terminal: terminal, time: time))
        case (.desfireDebit(let debit), .desfire(let profile)):
            guard let machine = DESFireRecoveryMachine(profile: profile, evidence: debit) else { return nil }
            inquiry = .desfire(machine)
        case (.mifareClassic(let debit), .mifareClassic(let profile)):
            guard let machine = MIFAREClassicRecoveryMachine(profile: profile, evidence: debit, dialect: dialect)
            else { return nil }
            inquiry = .mifareClassic(machine, debit)
        case (.purchase, _), (.load, _), (.desfireDebit, _), (.mifareClassic, _): return nil
        }
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch inquiry {
        case .purse(var machine):
            let action = machine.receive(event)
            inquiry = .purse(machine)
            return action
        case .desfire(var machine):
            let action = machine.receive(event)
            inquiry = .desfire(machine)
            return action.inside { .finish(Outcome($0)) }
        case .mifareClassic(var machine, let evidence):
            let action = machine.receive(event)
            inquiry = .mifareClassic(machine, evidence)
            return action.inside { .finish(Outcome($0, of: evidence)) }
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

    init(_ result: MIFAREClassicRecoveryResult, of evidence: MIFAREClassicEvidence) {
        switch result {
        case .otherCard: self = .otherCard
        case .happened: self = .happened(.mifareClassic(evidence))
        case .didNotHappen: self = .didNotHappen
        case .undetermined: self = .undetermined
        case .unresolved(let failure): self = .unresolved(CardRefusal(mifareClassic: failure))
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
