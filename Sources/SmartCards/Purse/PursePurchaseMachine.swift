import Payments

/// One tap on a purse card: select, initialize, let the secure module compute MAC1, debit, let it check MAC2.
///
/// Five exchanges on a card that gives its public information with the answer to SELECT. Amount 0 moves no money and
/// proves that the card holds the purchase key. Above zero the card must be admitted before INITIALIZE, and the DEBIT
/// waits until its intent is durable.
package struct PursePurchaseMachine: CardMachine {
    package typealias Result = PurseResult
    package typealias Action = CardAction<PurseResult>

    private enum State {
        /// → selecting
        case idle
        /// → reading, admitting, initializing, finished
        case selecting(CardExchange)
        /// → admitting, initializing, finished
        case reading(CardExchange)
        /// → initializing, finished
        case admitting(PublicInformation)
        /// → awaitingMAC1, finished
        case initializing(CardExchange, PublicInformation)
        /// → persisting, debiting, finished
        case awaitingMAC1(PublicInformation, PurchaseInitialization)
        /// → debiting, finished
        case persisting(PurchaseEvidence)
        /// → checkingMAC2, finished
        case debiting(CardExchange, PurchaseEvidence)
        /// → finished
        case checkingMAC2(PurchaseEvidence)
        case finished
    }

    private let profile: PurseProfile
    private let transaction: PurseTransaction
    private var state = State.idle

    /// - Parameters:
    ///   - amount: in fen. Above zero only for a profile with a secure module.
    ///   - time: local date and time, which the card logs.
    package init(profile: PurseProfile, amount: UInt32, terminal: TerminalID, time: CalendarTime) {
        invariant(amount == 0 || profile.proof != .none, "a purse is debited only through a secure module")
        self.profile = profile
        transaction = PurseTransaction(
            amount: amount, type: PurseTransaction.purchaseType, terminal: terminal, time: time)
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started):
            return transmit(profile.selectCommand) { .selecting($0) }
        case (.selecting(let exchange), .cardAnswered(let bytes)):
            return proceed(exchange, bytes, at: .select, { .selecting($0) }, then: { $0.selected($1) })
        case (.reading(let exchange), .cardAnswered(let bytes)):
            return proceed(exchange, bytes, at: .readPublicInformation, { .reading($0) }, then: { $0.read($1) })
        case (.initializing(let exchange, let information), .cardAnswered(let bytes)):
            return proceed(
                exchange, bytes, at: .initialize, { .initializing($0, information) },
                then: { $0.initialized($1, information) })
        case (.debiting(let exchange, let evidence), .cardAnswered(let bytes)):
            return debitAnswered(exchange, bytes, evidence)
        case (.awaitingMAC1(let information, let initialization), .secureModuleInitialized(let answer)):
            return authorized(information, initialization, answer)
        case (.persisting(let evidence), .intentPersisted): return debit(evidence)
        case (.persisting, .intentFailed): return fail(.intentNotStored)
        case (.admitting(let information), .admitted): return initialize(information)
        case (.admitting, .notAdmitted): return fail(.notAdmitted)
        case (.checkingMAC2(let evidence), .checked(let check)): return conclude(evidence, check)
        case (.selecting, .cardFailed): return fail(.communicationFailed(.select))
        case (.reading, .cardFailed): return fail(.communicationFailed(.readPublicInformation))
        case (.initializing, .cardFailed): return fail(.communicationFailed(.initialize))
        case (.debiting(_, let evidence), .cardFailed): return finish(.unknown(evidence, .answerLost))
        case (.awaitingMAC1, .secureModuleFailed): return fail(.secureModuleFailed(.initializeSecureModule))
        default: fatalError("a purse event came that no action asked for")
        }
    }

    private mutating func selected(_ answer: ResponseAPDU) -> Action {
        guard answer.status == .success else {
            return fail(answer.status.meansLocked ? .applicationLocked : .notThisProfile(answer.status))
        }
        do throws(CardDataError) {
            let control = try FileControlInformation(decoding: answer.data)
            guard let information = control.publicInformation else {
                return transmit(PurseCommand.readPublicInformation) { .reading($0) }
            }
            return known(information)
        } catch {
            return fail(.malformedAnswer(error, .select))
        }
    }

    private mutating func read(_ answer: ResponseAPDU) -> Action {
        guard answer.status == .success else { return fail(answer.status, at: .readPublicInformation) }
        do throws(CardDataError) {
            return known(try PublicInformation(decoding: answer.data))
        } catch {
            return fail(.malformedAnswer(error, .readPublicInformation))
        }
    }

    private mutating func known(_ information: PublicInformation) -> Action {
        guard profile.proof != .none else { return finish(.identified(information, .unproven, nil)) }
        guard transaction.amount > 0 else { return initialize(information) }
        state = .admitting(information)
        return .admit(CardEvidence(information, .unproven))
    }

    private mutating func initialize(_ information: PublicInformation) -> Action {
        let command = PurseCommand.initializeForPurchase(
            keyIndex: profile.purchaseKeyIndex, amount: transaction.amount, terminal: transaction.terminal)
        return transmit(command) { .initializing($0, information) }
    }

    private mutating func initialized(_ answer: ResponseAPDU, _ information: PublicInformation) -> Action {
        guard answer.status == .success else { return fail(answer.status, at: .initialize) }
        let initialization: PurchaseInitialization
        do throws(CardDataError) {
            initialization = try PurchaseInitialization(decoding: answer)
        } catch {
            return fail(.malformedAnswer(error, .initialize))
        }
        guard case .secureModule(let factors) = profile.proof else {
            fatalError("INITIALIZE went out without a secure module in the profile")
        }
        state = .awaitingMAC1(information, initialization)
        return .initializeSecureModule(
            SecureModuleRequest(
                terminal: transaction.terminal, random: initialization.random,
                offlineSerial: initialization.offlineSerial, amount: transaction.amount,
                transactionType: transaction.type, time: transaction.time, keyVersion: initialization.keyVersion,
                algorithm: initialization.algorithm, factors: factors.map { $0.bytes(for: information) }))
    }

    private mutating func authorized(
        _ information: PublicInformation, _ initialization: PurchaseInitialization, _ answer: SecureModuleAnswer
    ) -> Action {
        guard answer.mac1.count == 4 else { return fail(.secureModuleFailed(.initializeSecureModule)) }
        let evidence = PurchaseEvidence(
            information: information, transaction: transaction, initialization: initialization,
            secureModuleAnswer: answer)
        guard transaction.amount > 0 else { return debit(evidence) }
        state = .persisting(evidence)
        return .persistIntent(.purchase(evidence))
    }

    private mutating func debit(_ evidence: PurchaseEvidence) -> Action {
        let answer = evidence.secureModuleAnswer
        let command = PurseCommand.debitForPurchase(
            terminalSerial: answer.terminalSerial, time: transaction.time, mac1: answer.mac1)
        return transmit(command) { .debiting($0, evidence) }
    }

    /// From here on the card may have paid: whatever is not a clear refusal is unknown.
    private mutating func debitAnswered(
        _ exchange: CardExchange, _ bytes: [UInt8], _ evidence: PurchaseEvidence
    ) -> Action {
        var exchange = exchange
        let isFirstAnswer = !exchange.hadFollowUp
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .debiting(exchange, evidence)
            return .transmit(command)
        case .malformed(let error):
            let isCutShort = error.code == .answerTooShort
            return finish(.unknown(evidence, isCutShort ? .answerLost : .answerMalformed(error)))
        case .complete(let answer) where answer.status == .success:
            do throws(CardDataError) {
                var complete = evidence
                let cryptograms = try PurchaseCryptograms(decoding: answer)
                complete.cryptograms = cryptograms
                state = .checkingMAC2(complete)
                return .checkMAC2(cryptograms.mac2)
            } catch {
                return finish(.unknown(evidence, .answerMalformed(error)))
            }
        case .complete(let answer):
            guard isFirstAnswer, answer.status.provesNothingChanged else {
                return finish(.unknown(evidence, .status(answer.status)))
            }
            return fail(answer.status, at: .debit)
        }
    }

    private mutating func conclude(_ evidence: PurchaseEvidence, _ check: CryptogramCheck) -> Action {
        let takesMoney = transaction.amount > 0
        switch check {
        case .right where takesMoney: return finish(.purchased(evidence))
        case .right: return finish(.identified(evidence.information, .proven, evidence))
        case .wrong: return fail(.cardNotGenuine(evidence))
        case .notPossible where takesMoney: return finish(.unknown(evidence, .notChecked))
        case .notPossible: return fail(.secureModuleFailed(.checkMAC2))
        }
    }

    private mutating func transmit(_ command: CommandAPDU, _ next: (CardExchange) -> State) -> Action {
        state = next(CardExchange(command))
        return .transmit(command)
    }

    private mutating func proceed(
        _ exchange: CardExchange, _ bytes: [UInt8], at step: PurseStep, _ same: (CardExchange) -> State,
        then next: (inout Self, ResponseAPDU) -> Action
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = same(exchange)
            return .transmit(command)
        case .complete(let answer): return next(&self, answer)
        case .malformed(let error):
            // A card that leaves inside an exchange looks like an answer without a status word.
            let isCutShort = error.code == .answerTooShort
            return fail(isCutShort ? .communicationFailed(step) : .malformedAnswer(error, step))
        }
    }

    private mutating func fail(_ status: StatusWord, at step: PurseStep) -> Action {
        switch status {
        case _ where status.meansLocked: fail(.applicationLocked)
        case .cryptogramInvalid: fail(.secureModuleRefusedByCard)
        case .insufficientBalance: fail(.insufficientBalance)
        case .keyIndexNotSupported: fail(.keyIndexNotSupported)
        default: fail(.cardFault(status, step))
        }
    }

    private mutating func fail(_ failure: PurseFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: PurseResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
