import Payments

/// Loads a purse: select, PIN, newest log record, initialize, ask the issuer, credit. The issuer decides and signs; the
/// terminal carries bytes between card and issuer, and keeps them.
///
/// CREDIT FOR LOAD goes out once, after the evidence is durable.
package struct PurseLoadMachine: CardMachine {
    package typealias Result = PurseLoadResult
    package typealias Action = CardAction<PurseLoadResult>

    private enum State {
        /// → selecting
        case idle
        /// → exchanging, finished
        case selecting(PurseSelectionMachine)
        /// → requesting, finished
        case exchanging(CardExchange, Stage, PublicInformation)
        /// → persisting, finished
        case requesting(LoadRequest, LoadEvidence.LogHead)
        /// → crediting, finished
        case persisting(LoadEvidence)
        /// → finished
        case crediting(CardExchange, LoadEvidence)
        case finished
    }

    /// The exchanges in which a card has not yet been told to take money.
    private enum Stage {
        case verifying
        case readingLog
        case initializing(LoadEvidence.LogHead)

        var step: PurseStep {
            switch self {
            case .verifying: .verify
            case .readingLog: .readLog
            case .initializing: .initialize
            }
        }
    }

    private let profile: PurseProfile
    private let load: PurseProfile.Load
    private let amount: UInt32
    private let terminal: TerminalID
    /// Gone as soon as it has been sent.
    private var pin: CardPIN?
    private var state = State.idle

    /// `nil` when cards of this profile are not loaded.
    ///
    /// - Parameters:
    ///   - amount: in fen, above zero.
    ///   - pin: as the cardholder entered it; not sent when the profile needs none.
    package init?(profile: PurseProfile, amount: UInt32, terminal: TerminalID, pin: CardPIN?) {
        invariant(amount > 0, "a load adds money")
        guard let load = profile.load else { return nil }
        self.profile = profile
        self.load = load
        self.amount = amount
        self.terminal = terminal
        self.pin = load.isPINNeeded ? pin : nil
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return select(PurseSelectionMachine(profile.application), event)
        case (.selecting(let selection), _): return select(selection, event)
        case (.exchanging(let exchange, let stage, let information), .cardAnswered(let bytes)):
            return take(bytes, exchange, stage, information)
        case (.exchanging(_, let stage, _), .cardFailed): return fail(.purse(.communicationFailed(stage.step)))
        case (.requesting(let request, let head), .loadGranted(let grant)):
            let evidence = LoadEvidence(request, grant, logHead: head)
            state = .persisting(evidence)
            return .persistIntent(.load(evidence))
        case (.requesting, .loadRefused(let refusal)): return fail(.issuer(refusal))
        case (.persisting(let evidence), .intentPersisted): return credit(evidence)
        case (.persisting, .intentFailed): return fail(.purse(.intentNotStored))
        case (.crediting(let exchange, let evidence), .cardAnswered(let bytes)):
            return creditAnswered(exchange, bytes, evidence)
        case (.crediting(_, let evidence), .cardFailed): return finish(.unknown(evidence, .answerLost))
        default: fatalError("a load got an event that no action asked for")
        }
    }

    private mutating func select(_ selection: PurseSelectionMachine, _ event: CardEvent) -> Action {
        var selection = selection
        let action = selection.receive(event)
        state = .selecting(selection)
        return action.inside { result in
            switch result {
            case .selected(let information): selected(information)
            case .failed(let failure): fail(.purse(failure))
            }
        }
    }

    private mutating func selected(_ information: PublicInformation) -> Action {
        guard load.isPINNeeded else { return readLog(information) }
        guard let pin else { return fail(.pinMissing) }
        self.pin = nil
        state = .exchanging(CardExchange(pin.command, isRepeatable: false), .verifying, information)
        return .transmit(pin.command)
    }

    private mutating func take(
        _ bytes: [UInt8], _ exchange: CardExchange, _ stage: Stage, _ information: PublicInformation
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .exchanging(exchange, stage, information)
            return .transmit(command)
        case .malformed(let error): return fail(.purse(PurseFailure(error, at: stage.step)))
        case .complete(let answer):
            do throws(CardDataError) {
                return try answered(answer, stage, information)
            } catch {
                return fail(.purse(.malformedAnswer(error, stage.step)))
            }
        }
    }

    private mutating func answered(
        _ answer: ResponseAPDU, _ stage: Stage, _ information: PublicInformation
    ) throws(CardDataError) -> Action {
        switch stage {
        case .verifying:
            _ = try answer.data(exactly: 0, of: "PIN verification")
            return verified(answer.status, information)
        case .readingLog: return initialize(information, try LoadEvidence.LogHead(decoding: answer))
        case .initializing(let head):
            guard answer.status == .success else { return fail(PurseLoadFailure(answer.status, at: .initialize)) }
            let initialization = try LoadInitialization(decoding: answer)
            guard profile.accepts(algorithm: initialization.algorithm) else {
                return fail(.purse(.algorithmNotAccepted(initialization.algorithm)))
            }
            guard !initialization.balanceBefore.addingReportingOverflow(amount).overflow else { return fail(.cardFull) }
            let request = LoadRequest(
                information: information, amount: amount, terminal: terminal, initialization: initialization)
            state = .requesting(request, head)
            return .requestLoad(request)
        }
    }

    private mutating func verified(_ status: StatusWord, _ information: PublicInformation) -> Action {
        switch PINVerification(status) {
        case .verified: readLog(information)
        case .wrong(let triesLeft): fail(.pinWrong(triesLeft: triesLeft))
        case .blocked: fail(.pinBlocked)
        case .refused(let status): fail(PurseLoadFailure(status, at: .verify))
        }
    }

    private mutating func readLog(_ information: PublicInformation) -> Action {
        transmit(PurseCommand.readLogRecord(1), .readingLog, information)
    }

    private mutating func initialize(_ information: PublicInformation, _ head: LoadEvidence.LogHead) -> Action {
        let command = PurseCommand.initializeForLoad(keyIndex: load.keyIndex, amount: amount, terminal: terminal)
        return transmit(command, .initializing(head), information)
    }

    private mutating func credit(_ evidence: LoadEvidence) -> Action {
        let command = PurseCommand.creditForLoad(time: evidence.transaction.time, mac2: evidence.mac2)
        state = .crediting(CardExchange(command, isRepeatable: false), evidence)
        return .transmit(command)
    }

    /// From here on the card may hold the money: whatever is not a clear refusal is unknown.
    private mutating func creditAnswered(
        _ exchange: CardExchange, _ bytes: [UInt8], _ evidence: LoadEvidence
    ) -> Action {
        var exchange = exchange
        let isFirstAnswer = !exchange.hadFollowUp
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .crediting(exchange, evidence)
            return .transmit(command)
        case .malformed(let error): return finish(.unknown(evidence, PurseUncertainty(error)))
        case .complete(let answer) where answer.status == .success:
            do throws(CardDataError) {
                return finish(.loaded(evidence.proven(by: try LoadProof(decoding: answer).tac)))
            } catch {
                return finish(.unknown(evidence, .answerMalformed(error)))
            }
        case .complete(let answer):
            guard isFirstAnswer, answer.status.provesNothingChanged else {
                return finish(.unknown(evidence, .status(answer.status)))
            }
            return fail(PurseLoadFailure(answer.status, at: .credit))
        }
    }

    private mutating func transmit(
        _ command: CommandAPDU, _ stage: Stage, _ information: PublicInformation
    ) -> Action {
        state = .exchanging(CardExchange(command), stage, information)
        return .transmit(command)
    }

    private mutating func fail(_ failure: PurseLoadFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: PurseLoadResult) -> Action {
        pin = nil
        state = .finished
        return .finish(result)
    }
}

extension LoadEvidence.LogHead {
    /// Takes the answer to READ RECORD of the newest log record.
    init(decoding answer: ResponseAPDU) throws(CardDataError) {
        switch answer.status {
        case .success where answer.data.count == PurseLogRecord.length:
            self = .record(try PurseLogRecord(decoding: answer))
        case .recordNotFound: self = .empty
        default: self = .notRead
        }
    }
}
