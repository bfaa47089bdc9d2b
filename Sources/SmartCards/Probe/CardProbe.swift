import Payments

/// Finds out which card lies on the reader: tries the profiles in their order, one tap, no money.
///
/// Drive it like this: `start()` gives the first action; do it; hand its outcome to `receive`; until `finish`.
/// Every action is answered by exactly one event.
package struct CardProbe: Sendable {
    /// What the driver does next.
    package enum Action: Sendable, Equatable {
        case transmit(CommandAPDU)
        case initializeSecureModule(SecureModuleRequest)
        case checkMAC2([UInt8])
        case finish(Outcome)
    }

    /// What the driver reports.
    package enum Event: Sendable {
        /// The card's bytes as they came, of any length.
        case cardAnswered([UInt8])
        case cardFailed
        case secureModuleInitialized(SecureModuleAnswer)
        case secureModuleFailed
        case mac2Checked(Bool)
    }

    /// How the tap ended.
    package enum Outcome: Sendable, Equatable {
        case identified(IdentifiedCard)
        case refused(CardRefusal)
    }

    private enum State {
        /// → purse, identifier, finished
        case idle
        /// → purse, identifier, finished
        case purse(PursePurchaseMachine)
        /// → finished
        case identifier(CardExchange)
        case finished
    }

    private let terminal: TerminalID
    private let time: CalendarTime
    private var untried: ArraySlice<CardProfile>
    private var state = State.idle

    /// - Parameters:
    ///   - profiles: in the order in which they are tried.
    ///   - time: local date and time of the tap, which the card logs.
    package init(profiles: [CardProfile], terminal: TerminalID, time: CalendarTime) {
        self.terminal = terminal
        self.time = time
        untried = profiles[...]
    }

    /// The first action.
    package mutating func start() -> Action {
        guard case .idle = state else { fatalError("a card probe starts once") }
        return tryNext(after: CardRefusal(.cardNotSupported))
    }

    /// Takes the outcome of the last action and gives the next one.
    package mutating func receive(_ event: Event) -> Action {
        switch (state, event) {
        case (.purse(let machine), _): return advance(machine, event.forPurse)
        case (.identifier(let exchange), .cardAnswered(let bytes)): return identifierAnswered(exchange, bytes)
        case (.identifier, .cardFailed): return finish(.refused(Self.identifierLost))
        default: fatalError("a card event came that no action asked for")
        }
    }

    private mutating func tryNext(after refusal: CardRefusal) -> Action {
        switch untried.popFirst() {
        case .purse(let profile):
            return advance(
                PursePurchaseMachine(profile: profile, amount: 0, terminal: terminal, time: time), .started)
        case .identityOnly:
            state = .identifier(CardExchange(CardIdentifier.command))
            return .transmit(CardIdentifier.command)
        case nil: return finish(.refused(refusal))
        }
    }

    private mutating func advance(
        _ machine: PursePurchaseMachine, _ event: PursePurchaseMachine.Event
    ) -> Action {
        var machine = machine
        let action = machine.receive(event)
        state = .purse(machine)
        switch action {
        case .transmit(let command): return .transmit(command)
        case .initializeSecureModule(let request): return .initializeSecureModule(request)
        case .checkMAC2(let mac2): return .checkMAC2(mac2)
        case .finish(let result): return conclude(result)
        case .persistIntent, .abandon: fatalError("a purchase of amount zero asks for no intent")
        }
    }

    private mutating func conclude(_ result: PurseResult) -> Action {
        switch result {
        case .identified(let information, let proof, let purchase):
            return finish(.identified(IdentifiedCard(information, proof, purchase)))
        case .failed(.notThisProfile(let status)):
            return tryNext(after: CardRefusal(purse: .notThisProfile(status)))
        case .failed(let failure): return finish(.refused(CardRefusal(purse: failure)))
        case .unknown(_, let uncertainty): return finish(.refused(Self.refusal(for: uncertainty)))
        case .purchased: fatalError("a purchase of amount zero took money")
        }
    }

    /// Amount zero: whether the card carried the DEBIT out changes nothing but its serial, so the tap may be repeated.
    private static func refusal(for uncertainty: PurseUncertainty) -> CardRefusal {
        switch uncertainty {
        case .answerLost: CardRefusal(purse: .communicationFailed(.debit))
        case .answerMalformed(let error): CardRefusal(purse: .malformedAnswer(error, .debit))
        case .status(let status): CardRefusal(purse: .cardFault(status, .debit))
        case .notChecked: CardRefusal(purse: .secureModuleFailed(.checkMAC2))
        }
    }

    private static let identifierLost = CardRefusal(.communicationFailed, detail: "identifier")

    private mutating func identifierAnswered(_ exchange: CardExchange, _ bytes: [UInt8]) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .identifier(exchange)
            return .transmit(command)
        case .malformed(let error):
            let isCutShort = error.code == .answerTooShort
            return finish(
                .refused(isCutShort ? Self.identifierLost : CardRefusal(.malformedAnswer, detail: "\(error)")))
        case .complete(let answer):
            do throws(CardIdentifier.Unusable) {
                let identifier = try CardIdentifier(decoding: answer)
                return finish(
                    .identified(
                        IdentifiedCard(evidence: CardEvidence(card: identifier.card, proof: .unproven))))
            } catch {
                return finish(.refused(CardRefusal(identifier: error)))
            }
        }
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        state = .finished
        return .finish(outcome)
    }
}

extension CardProbe.Event {
    fileprivate var forPurse: PursePurchaseMachine.Event {
        switch self {
        case .cardAnswered(let bytes): .cardAnswered(bytes)
        case .cardFailed: .cardFailed
        case .secureModuleInitialized(let answer): .secureModuleInitialized(answer)
        case .secureModuleFailed: .secureModuleFailed
        case .mac2Checked(let isRight): .mac2Checked(isRight)
        }
    }
}
