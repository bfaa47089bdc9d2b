import Payments

/// Asks a card that is presented again whether it paid: card number, balance, log, transaction proofs, in this order
/// and before any INITIALIZE, which may erase the proofs. It never debits.
///
/// An answered transaction proof alone proves nothing, because it may belong to the purchase before.
package struct TornPurchaseMachine: CardMachine {
    package typealias Result = TornPurchaseResult
    package typealias Action = CardAction<TornPurchaseResult>

    private enum Step {
        case select
        case readPublicInformation
        case balance
        case log(UInt8)
        /// The serial after INITIALIZE's, then INITIALIZE's own.
        case laterProof
        case ownProof
        case initialize
    }

    private enum State {
        /// → exchanging
        case idle
        /// → exchanging, checkingTAC, checkingMAC2, finished
        case exchanging(CardExchange, Step)
        /// → checkingTAC, checkingMAC2, finished; the proof at this index of the findings.
        case checkingTAC(Int)
        /// → finished
        case checkingMAC2
        case finished
    }

    /// Records that are read at most: the length of the log of cards in the field.
    private static let logLength: UInt8 = 10

    private let profile: PurseProfile
    private let intent: PurchaseIntent
    private var findings = TornPurchaseFindings()
    /// Purchases in the log, newest first, that are not the torn one.
    private var otherPurchases = 0
    private var isAnyWrong = false
    private var state = State.idle

    /// - Parameter intent: above zero, as it was stored before DEBIT.
    package init(profile: PurseProfile, intent: PurchaseIntent) {
        invariant(intent.transaction.amount > 0, "only a purchase that takes money has an intent")
        self.profile = profile
        self.intent = intent
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return transmit(profile.selectCommand, .select)
        case (.exchanging(let exchange, let step), .cardAnswered(let bytes)): return take(bytes, exchange, step)
        case (.exchanging, .cardFailed): return finish(.unresolved(.communicationFailed))
        case (.checkingTAC(let index), .checked(let check)): return tacChecked(check, index)
        case (.checkingMAC2, .checked(let check)):
            if check == .wrong { isAnyWrong = true }
            return check == .right ? finish(.committed(findings, provenBy: .mac2)) : concludeUnproven()
        default: fatalError("a torn purchase got an event that no action asked for")
        }
    }

    private mutating func take(_ bytes: [UInt8], _ exchange: CardExchange, _ step: Step) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .exchanging(exchange, step)
            return .transmit(command)
        case .malformed(let error):
            let isCutShort = error.code == .answerTooShort
            return finish(.unresolved(isCutShort ? .communicationFailed : .malformedAnswer(error)))
        case .complete(let answer):
            do throws(CardDataError) {
                return try answered(answer, step)
            } catch {
                return finish(.unresolved(.malformedAnswer(error)))
            }
        }
    }

    private mutating func answered(_ answer: ResponseAPDU, _ step: Step) throws(CardDataError) -> Action {
        let isDone = answer.status == .success
        switch step {
        case .select:
            guard isDone else { return notSelected(answer.status) }
            guard let information = try FileControlInformation(decoding: answer.data).publicInformation else {
                return transmit(PurseCommand.readPublicInformation, .readPublicInformation)
            }
            return compare(information)
        case .readPublicInformation:
            guard isDone else { return refused(answer.status) }
            return compare(try PublicInformation(decoding: answer.data))
        case .balance:
            guard isDone else { return refused(answer.status) }
            findings.balance = try PurseBalance(decoding: answer).fen
            return transmit(PurseCommand.readLogRecord(1), .log(1))
        case .log(let number):
            guard isDone, answer.data.count == PurseLogRecord.length else { return askProof(.laterProof) }
            return logged(try PurseLogRecord(decoding: answer), number)
        case .laterProof:
            try collect(answer)
            return askProof(.ownProof)
        case .ownProof:
            try collect(answer)
            return decide()
        case .initialize:
            guard isDone else { return finish(.suspense(findings)) }
            return confirm(serial: try PurchaseInitialization(decoding: answer).offlineSerial)
        }
    }

    private mutating func notSelected(_ status: StatusWord) -> Action {
        switch status {
        case .fileNotFound, .instructionNotSupported, .classNotSupported, .wrongParameters: finish(.otherCard)
        default: refused(status)
        }
    }

    private mutating func refused(_ status: StatusWord) -> Action {
        finish(.unresolved(status.meansLocked ? .applicationLocked : .status(status)))
    }

    private mutating func collect(_ answer: ResponseAPDU) throws(CardDataError) {
        guard answer.status == .success, answer.data.count == TransactionProof.length else { return }
        findings.proofs.append(try TransactionProof(decoding: answer))
    }

    private mutating func compare(_ information: PublicInformation) -> Action {
        guard information.applicationSerial == intent.information.applicationSerial else { return finish(.otherCard) }
        return transmit(PurseCommand.getBalance, .balance)
    }

    private mutating func logged(_ record: PurseLogRecord, _ number: UInt8) -> Action {
        findings.isLogReadable = true
        if record.records(intent.transaction) {
            findings.logRecord = record
            return askProof(.laterProof)
        }
        if record.isPurchase { otherPurchases += 1 }
        guard number < Self.logLength else { return askProof(.laterProof) }
        return transmit(PurseCommand.readLogRecord(number + 1), .log(number + 1))
    }

    private mutating func askProof(_ step: Step) -> Action {
        let own = intent.initialization.offlineSerial
        let serial = if case .laterProof = step { own &+ 1 } else { own }
        return transmit(PurseCommand.getTransactionProof(type: intent.transaction.type, serial: serial), step)
    }

    private mutating func decide() -> Action {
        let before = Int64(intent.initialization.balanceBefore)
        switch Int64(findings.balance) {
        case before where findings.logRecord == nil: return askSerial()
        case before - Int64(intent.transaction.amount):
            return findings.logRecord == nil ? checkTAC(0) : finish(.committed(findings, provenBy: .logRecord))
        default: return finish(.suspense(findings))
        }
    }

    private mutating func checkTAC(_ index: Int) -> Action {
        guard index < findings.proofs.count else { return checkMAC2() }
        state = .checkingTAC(index)
        return .checkTAC(intent.evidence(PurchaseCryptograms(findings.proofs[index])))
    }

    private mutating func tacChecked(_ check: CryptogramCheck, _ index: Int) -> Action {
        if check == .right { return finish(.committed(findings, provenBy: .tac)) }
        if check == .wrong { isAnyWrong = true }
        return checkTAC(index + 1)
    }

    /// A proof whose TAC is wrong, or one of two, may be another purchase's: its MAC would count against the secure
    /// module.
    private mutating func checkMAC2() -> Action {
        guard !isAnyWrong, findings.proofs.count == 1, let mac = findings.proofs.first?.mac else {
            return concludeUnproven()
        }
        state = .checkingMAC2
        return .checkMAC2(mac)
    }

    private mutating func concludeUnproven() -> Action {
        let contradicts = isAnyWrong || findings.isLogReadable
        return finish(contradicts ? .suspense(findings) : .committedProvisional(findings))
    }

    /// Everything that INITIALIZE could erase has been read. Amount zero and without DEBIT, it only shows the serial.
    private mutating func askSerial() -> Action {
        let isCompound = intent.transaction.type == PurseTransaction.compoundPurchaseType
        let (index, terminal) = (profile.purchaseKeyIndex, intent.transaction.terminal)
        let command =
            isCompound
            ? PurseCommand.initializeForCompoundPurchase(keyIndex: index, amount: 0, terminal: terminal)
            : PurseCommand.initializeForPurchase(keyIndex: index, amount: 0, terminal: terminal)
        return transmit(command, .initialize)
    }

    /// Every purchase counts the serial, so the torn one would be among as many of the newest purchases in the log.
    private mutating func confirm(serial: UInt16) -> Action {
        let own = intent.initialization.offlineSerial
        if serial == own { return finish(.notDebited(findings, confirmedBy: .serialUnchanged)) }
        guard serial > own, otherPurchases >= Int(serial - own) else { return finish(.suspense(findings)) }
        return finish(.notDebited(findings, confirmedBy: .logRecordAbsent))
    }

    private mutating func transmit(_ command: CommandAPDU, _ step: Step) -> Action {
        state = .exchanging(CardExchange(command), step)
        return .transmit(command)
    }

    private mutating func finish(_ result: TornPurchaseResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
