import Payments

/// One tap on a purse card: select, identify, initialize, have the secure module sign, debit, check MAC2.
///
/// A purchase takes five exchanges on a card that answers SELECT with its whole public information. One of amount
/// 0 moves no money and proves that the card holds the purchase key. Above zero the card must be admitted before
/// INITIALIZE, and the DEBIT waits until its intent is durable. A compound purchase takes two exchanges more: it reads
/// the card's record before INITIALIZE, which any other command would end, and hands in the new one before the DEBIT,
/// with which the card commits purse and record together.
package struct PursePurchaseMachine: CardMachine {
    package typealias Result = PurseResult
    package typealias Action = CardAction<PurseResult>

    private enum State {
        /// → selecting
        case idle
        /// → admitting, exchanging, finished
        case selecting(PurseSelectionMachine)
        /// → exchanging, finished
        case admitting(PublicInformation)
        /// → awaitingMAC1, debiting, finished
        case exchanging(CardExchange, Stage)
        /// → persisting, debiting, finished
        case awaitingMAC1(PublicInformation, PurchaseInitialization, CompoundUpdate?)
        /// → exchanging, debiting, finished
        case persisting(PurchaseEvidence)
        /// → checkingMAC2, finished
        case debiting(CardExchange, PurchaseEvidence)
        /// → finished
        case checkingMAC2(PurchaseEvidence)
        case finished
    }

    /// The exchanges in which a card has not yet been told to pay.
    private enum Stage {
        case readingRecord(CompoundRecord, PublicInformation)
        case initializing(PublicInformation, CompoundUpdate?)
        case updatingRecord(PurchaseEvidence)

        var step: PurseStep {
            switch self {
            case .readingRecord: .readRecord
            case .initializing: .initialize
            case .updatingRecord: .updateRecord
            }
        }
    }

    private let profile: PurseProfile
    private let transaction: PurseTransaction
    private let window: UInt8
    private var state = State.idle

    /// - Parameters:
    ///   - amount: in fen. Above zero only for a profile with a secure module.
    ///   - time: local date and time, which the card logs.
    ///   - window: the service window that is open, 0 outside any: what a compound purchase counts in.
    package init(
        profile: PurseProfile, amount: UInt32, terminal: TerminalID, time: CalendarTime, window: UInt8 = 0
    ) {
        invariant(amount == 0 || profile.proof != .none, "a purse is debited only through a secure module")
        self.profile = profile
        self.window = window
        transaction = PurseTransaction(
            amount: amount, type: profile.transactionType(amount: amount), terminal: terminal, time: time)
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return select(PurseSelectionMachine(profile.application), event)
        case (.selecting(let selection), _): return select(selection, event)
        case (.admitting(let information), .admitted): return admitted(information)
        case (.admitting, .notAdmitted): return fail(.notAdmitted)
        case (.exchanging(let exchange, let stage), .cardAnswered(let bytes)): return take(bytes, exchange, stage)
        case (.exchanging(_, let stage), .cardFailed): return fail(.communicationFailed(stage.step))
        case (.awaitingMAC1(let information, let initialization, let update), .secureModuleInitialized(let answer)):
            return authorized(information, initialization, update, answer)
        case (.awaitingMAC1, .secureModuleFailed): return fail(.secureModuleFailed(.initializeSecureModule))
        case (.persisting(let evidence), .intentPersisted): return changeCard(evidence)
        case (.persisting, .intentFailed): return fail(.intentNotStored)
        case (.debiting(let exchange, let evidence), .cardAnswered(let bytes)):
            return debitAnswered(exchange, bytes, evidence)
        case (.debiting(_, let evidence), .cardFailed): return finish(.unknown(evidence, .answerLost))
        case (.checkingMAC2(let evidence), .checked(let check)): return conclude(evidence, check)
        default: fatalError("a purse event came that no action asked for")
        }
    }

    private mutating func select(_ selection: PurseSelectionMachine, _ event: CardEvent) -> Action {
        var selection = selection
        let action = selection.receive(event)
        state = .selecting(selection)
        return action.inside { result in
            switch result {
            case .selected(let information): known(information)
            case .failed(let failure): fail(failure)
            }
        }
    }

    private mutating func known(_ information: PublicInformation) -> Action {
        guard profile.proof != .none else { return finish(.identified(information, .unproven, nil)) }
        guard transaction.amount > 0 else { return initialize(information, nil) }
        state = .admitting(information)
        return .admit(CardEvidence(information, .unproven))
    }

    private mutating func admitted(_ information: PublicInformation) -> Action {
        switch profile.purchase {
        case .simple: initialize(information, nil)
        case .compound(let record):
            transmit(
                PurseCommand.readCompoundRecord(record.selection, shortFile: record.shortFile),
                .readingRecord(record, information))
        }
    }

    private mutating func initialize(_ information: PublicInformation, _ update: CompoundUpdate?) -> Action {
        let command = PurseCommand.initialize(
            type: transaction.type, keyIndex: profile.purchaseKeyIndex, amount: transaction.amount,
            terminal: transaction.terminal)
        return transmit(command, .initializing(information, update))
    }

    private mutating func take(_ bytes: [UInt8], _ exchange: CardExchange, _ stage: Stage) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .exchanging(exchange, stage)
            return .transmit(command)
        case .malformed(let error): return fail(PurseFailure(error, at: stage.step))
        case .complete(let answer):
            do throws(CardDataError) {
                return try answered(answer, stage)
            } catch {
                return fail(.malformedAnswer(error, stage.step))
            }
        }
    }

    private mutating func answered(_ answer: ResponseAPDU, _ stage: Stage) throws(CardDataError) -> Action {
        switch stage {
        case .readingRecord(let record, let information): return recordRead(answer, record, information)
        case .initializing(let information, let update):
            guard answer.status == .success else { return fail(PurseFailure(answer.status, at: .initialize)) }
            return initialized(try PurchaseInitialization(decoding: answer), information, update)
        case .updatingRecord(let evidence):
            guard answer.status == .success else { return fail(PurseFailure(answer.status, at: .updateRecord)) }
            _ = try answer.data(exactly: 0, of: "compound record update")
            return debit(evidence)
        }
    }

    private mutating func recordRead(
        _ answer: ResponseAPDU, _ record: CompoundRecord, _ information: PublicInformation
    ) -> Action {
        switch answer.status {
        case .success: break
        case .fileNotFound, .recordNotFound: return fail(.notEntitled(.recordMissing(answer.status)))
        default: return fail(PurseFailure(answer.status, at: .readRecord))
        }
        do throws(CompoundRefusal) {
            return initialize(information, try record.update(answer.data, with: transaction, in: window))
        } catch {
            return fail(.notEntitled(error))
        }
    }

    private mutating func initialized(
        _ initialization: PurchaseInitialization, _ information: PublicInformation, _ update: CompoundUpdate?
    ) -> Action {
        guard profile.accepts(algorithm: initialization.algorithm) else {
            return fail(.algorithmNotAccepted(initialization.algorithm))
        }
        guard case .secureModule(let factors) = profile.proof else {
            fatalError("INITIALIZE went out without a secure module in the profile")
        }
        state = .awaitingMAC1(information, initialization, update)
        return .initializeSecureModule(
            SecureModuleRequest(
                terminal: transaction.terminal, random: initialization.random,
                offlineSerial: initialization.offlineSerial, amount: transaction.amount,
                transactionType: transaction.type, time: transaction.time, keyVersion: initialization.keyVersion,
                algorithm: initialization.algorithm, factors: factors.map { $0.bytes(for: information) }))
    }

    private mutating func authorized(
        _ information: PublicInformation, _ initialization: PurchaseInitialization, _ update: CompoundUpdate?,
        _ answer: SecureModuleAnswer
    ) -> Action {
        guard answer.mac1.count == 4 else { return fail(.secureModuleFailed(.initializeSecureModule)) }
        let evidence = PurchaseEvidence(
            information: information, transaction: transaction, initialization: initialization,
            secureModuleAnswer: answer, compound: update)
        guard transaction.amount > 0 else { return debit(evidence) }
        state = .persisting(evidence)
        return .persistIntent(.purchase(evidence))
    }

    private mutating func changeCard(_ evidence: PurchaseEvidence) -> Action {
        guard let update = evidence.compound else { return debit(evidence) }
        return transmit(update.command, .updatingRecord(evidence))
    }

    private mutating func debit(_ evidence: PurchaseEvidence) -> Action {
        let answer = evidence.secureModuleAnswer
        let command = PurseCommand.debitForPurchase(
            terminalSerial: answer.terminalSerial, time: transaction.time, mac1: answer.mac1)
        state = .debiting(CardExchange(command), evidence)
        return .transmit(command)
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
        case .malformed(let error): return finish(.unknown(evidence, PurseUncertainty(error)))
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
            return fail(PurseFailure(answer.status, at: .debit))
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

    private mutating func transmit(_ command: CommandAPDU, _ stage: Stage) -> Action {
        state = .exchanging(CardExchange(command), stage)
        return .transmit(command)
    }

    private mutating func fail(_ failure: PurseFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: PurseResult) -> Action {
        state = .finished
        return .finish(result)
    }
}

extension PurseProfile {
    /// The transaction type of a purchase. One of amount 0 only proves the card, and changes no record.
    fileprivate func transactionType(amount: UInt32) -> UInt8 {
        switch purchase {
        case .compound where amount > 0: PurseTransaction.compoundPurchaseType
        case .simple, .compound: PurseTransaction.purchaseType
        }
    }
}

extension PurseUncertainty {
    /// A card that leaves inside an exchange looks like an answer without a status word.
    init(_ error: CardDataError) { self = error.code == .answerTooShort ? .answerLost : .answerMalformed(error) }
}
