import Payments

/// Finds out which card lies on the reader: tries the profiles in their order, in one tap. Where the profile's tender
/// is the card's own purse, it pays from it too.
package struct CardProbe: CardMachine {
    /// How the tap ended.
    package enum Outcome: Sendable, Equatable {
        /// Account tender: the card is known, no money moved.
        case identified(IdentifiedCard)
        /// Purse tender: the card paid, and proved it.
        case paid(CardPayment)
        /// Purse tender: the command to pay went out, and nobody knows whether the card carried it out.
        case uncertain(CardPayment, CardUncertainty)
        /// Purse tender: the driver did not admit the card, or could not store the intent. No money moved.
        case stopped
        /// No money moved.
        case refused(CardRefusal)
    }

    package typealias Result = Outcome
    package typealias Action = CardAction<Outcome>

    private enum State {
        /// → purse, desfire, mifareClassic, identifier, finished
        case idle
        /// → purse, desfire, mifareClassic, identifier, finished
        case purse(PursePurchaseMachine)
        /// → purse, desfire, mifareClassic, identifier, finished
        case desfire(DESFireDebitMachine)
        /// → purse, desfire, mifareClassic, identifier, finished
        case mifareClassic(MIFAREClassicMachine)
        /// → finished
        case identifier(CardExchange, IdentityProfile)
        case finished
    }

    private let amount: UInt32
    private let terminal: TerminalID
    private let time: CalendarTime
    private let window: UInt8
    private let dialect: ValueDialect?
    private var untried: ArraySlice<CardProfile>
    private var state = State.idle

    /// The profile being tried, or the one that fitted.
    package private(set) var profile: CardProfile?

    /// - Parameters:
    ///   - profiles: in the order in which they are tried.
    ///   - amount: in fen, above zero: what a card pays whose tender is its purse.
    ///   - time: local date and time of the tap, which the card logs.
    ///   - window: the service window that is open, 0 outside any: what a compound purchase counts in.
    ///   - dialect: what the reader is known to speak; `nil` for an unknown one, which writes to no memory card.
    package init(
        profiles: [CardProfile], amount: UInt32, terminal: TerminalID, time: CalendarTime, window: UInt8 = 0,
        dialect: ValueDialect? = nil
    ) {
        invariant(amount > 0, "nothing is sold for nothing")
        self.amount = amount
        self.terminal = terminal
        self.time = time
        self.window = window
        self.dialect = dialect
        untried = profiles[...]
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return tryNext(after: CardRefusal(.cardNotSupported))
        case (.purse(let machine), _): return advance(machine, event)
        case (.desfire(let machine), _): return advance(machine, event)
        case (.mifareClassic(let machine), _): return advance(machine, event)
        case (.identifier(let exchange, let profile), .cardAnswered(let bytes)):
            return identifierAnswered(exchange, bytes, profile)
        case (.identifier, .cardFailed): return finish(.refused(Self.identifierLost))
        default: fatalError("a card event came that no action asked for")
        }
    }

    private mutating func tryNext(after refusal: CardRefusal) -> Action {
        guard let next = untried.popFirst() else { return finish(.refused(refusal)) }
        profile = next
        switch next {
        case .purse(let profile):
            let machine = PursePurchaseMachine(
                profile: profile, amount: profile.tender == .purse ? amount : 0, terminal: terminal, time: time,
                window: window)
            return advance(machine, .started)
        case .desfire(let profile):
            let machine = DESFireDebitMachine(
                profile: profile, amount: profile.tender == .purse ? amount : 0, terminal: terminal)
            return advance(machine, .started)
        case .mifareClassic(let profile):
            let machine = MIFAREClassicMachine(
                profile: profile, amount: profile.tender == .purse ? amount : 0, terminal: terminal, time: time,
                dialect: dialect)
            return advance(machine, .started)
        case .identityOnly(let profile):
            state = .identifier(CardExchange(CardIdentifier.command), profile)
            return .transmit(CardIdentifier.command)
        }
    }

    private mutating func advance(_ machine: PursePurchaseMachine, _ event: CardEvent) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .purse(machine)
        return action.inside { conclude($0) }
    }

    private mutating func advance(_ machine: DESFireDebitMachine, _ event: CardEvent) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .desfire(machine)
        return action.inside { conclude($0) }
    }

    private mutating func conclude(_ result: DESFireResult) -> Action {
        switch result {
        case .identified(let card): return identified(CardEvidence(card: card, proof: .proven), nil)
        case .debited(let evidence): return finish(.paid(payment(evidence, .proven)))
        case .unknown(let evidence, let uncertainty):
            return finish(.uncertain(payment(evidence, .proven), CardUncertainty(uncertainty)))
        case .failed(.notThisProfile): return tryNext(after: CardRefusal(desfire: .notThisProfile))
        case .failed(.notAdmitted), .failed(.intentNotStored): return finish(.stopped)
        case .failed(let failure): return finish(.refused(CardRefusal(desfire: failure)))
        }
    }

    private func payment(_ evidence: DESFireDebitEvidence, _ proof: IdentityProof) -> CardPayment {
        CardPayment(
            card: limited(CardEvidence(card: evidence.card, proof: proof)), evidence: .desfireDebit(evidence))
    }

    private mutating func conclude(_ result: PurseResult) -> Action {
        switch result {
        case .identified(let information, let proof, let purchase):
            return identified(CardEvidence(information, proof), purchase)
        case .purchased(let evidence): return finish(.paid(payment(evidence, .proven)))
        case .failed(.notThisProfile(let status)):
            return tryNext(after: CardRefusal(purse: .notThisProfile(status)))
        case .failed(.cardNotGenuine(let evidence)) where evidence.transaction.amount > 0:
            return finish(.uncertain(payment(evidence, .unproven), .notGenuine))
        case .failed(.notAdmitted), .failed(.intentNotStored): return finish(.stopped)
        case .failed(let failure): return finish(.refused(CardRefusal(purse: failure)))
        case .unknown(let evidence, let uncertainty) where evidence.transaction.amount > 0:
            return finish(.uncertain(payment(evidence, .unproven), CardUncertainty(uncertainty)))
        case .unknown(_, let uncertainty): return finish(.refused(CardRefusal(proof: uncertainty)))
        }
    }

    private mutating func advance(_ machine: MIFAREClassicMachine, _ event: CardEvent) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .mifareClassic(machine)
        return action.inside { conclude($0) }
    }

    private mutating func conclude(_ result: MIFAREClassicResult) -> Action {
        switch result {
        case .identified(let identity):
            return identified(CardEvidence(card: identity.card, proof: .unproven), nil)
        case .purchased(let evidence): return finish(.paid(payment(evidence)))
        case .unknown(let evidence, let uncertainty):
            return finish(.uncertain(payment(evidence), CardUncertainty(uncertainty)))
        case .failed(.notAdmitted), .failed(.intentNotStored): return finish(.stopped)
        case .failed(let failure):
            let refusal = CardRefusal(mifareClassic: failure)
            switch failure {
            case .notThisProfile: return tryNext(after: refusal)
            case .keyRefused, .identifierUnusable:
                // What is left may be found in another way, but never with another sector key.
                untried = untried.filter { if case .mifareClassic = $0 { false } else { true } }[...]
                return tryNext(after: refusal)
            default: return finish(.refused(refusal))
            }
        }
    }

    private func payment(_ evidence: MIFAREClassicEvidence) -> CardPayment {
        CardPayment(
            card: limited(CardEvidence(card: evidence.identity.card, proof: .unproven)),
            evidence: .mifareClassic(evidence))
    }

    private func payment(_ evidence: PurchaseEvidence, _ proof: IdentityProof) -> CardPayment {
        CardPayment(card: limited(CardEvidence(evidence.information, proof)), evidence: .purchase(evidence))
    }

    private static let identifierLost = CardRefusal(.communicationFailed, detail: "identifier")

    private mutating func identifierAnswered(
        _ exchange: CardExchange, _ bytes: [UInt8], _ profile: IdentityProfile
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .identifier(exchange, profile)
            return .transmit(command)
        case .malformed(let error):
            let isCutShort = error.code == .answerTooShort
            return finish(
                .refused(isCutShort ? Self.identifierLost : CardRefusal(.malformedAnswer, detail: "\(error)")))
        case .complete(let answer):
            do throws(CardIdentifier.Unusable) {
                let identifier = try CardIdentifier(decoding: answer)
                guard identifier.isUnique else { return finish(.refused(CardRefusal(.identifierNotUnique))) }
                let card = CardID.uid(profile.transform.apply(identifier.bytes))
                return identified(CardEvidence(card: card, proof: .unproven), nil)
            } catch {
                return finish(.refused(CardRefusal(identifier: error)))
            }
        }
    }

    private mutating func identified(_ card: CardEvidence, _ purchase: PurchaseEvidence?) -> Action {
        finish(.identified(IdentifiedCard(evidence: limited(card), purchase: purchase)))
    }

    private func limited(_ card: CardEvidence) -> CardEvidence {
        var limited = card
        limited.limits = profile?.limits ?? CardLimits()
        return limited
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished
        return .finish(outcome)
    }
}

extension CardUncertainty {
    init(_ uncertainty: PurseUncertainty) {
        switch uncertainty {
        case .answerLost: self = .answerLost
        case .answerMalformed: self = .answerMalformed
        case .status: self = .status
        case .notChecked: self = .notChecked
        }
    }
}
