import Payments

/// Asks a card that is presented again whether it paid: card number, balance, log, the record of a compound purchase,
/// transaction proofs, in this order and before any INITIALIZE, which may erase the proofs. It never debits.
///
/// An answered transaction proof alone proves nothing, because it may belong to the purchase before.
package struct TornPurchaseMachine: CardMachine {
    package typealias Result = TornPurchaseResult
    package typealias Action = CardAction<TornPurchaseResult>

    private enum Step {
        case balance
        case log(UInt8)
        case record(CompoundUpdate)
        /// The serial after INITIALIZE's, then INITIALIZE's own.
        case laterProof
        case ownProof
        case initialize
    }

    private enum State {
        /// → checkingTAC, checkingMAC2, finished
        case asking
        /// → checkingTAC, checkingMAC2, finished; the proof at this index of the findings.
        case checkingTAC(Int)
        /// → finished
        case checkingMAC2
        case finished
    }

    private let profile: PurseProfile
    private let intent: PurchaseIntent
    private var inquiry: PurseInquiry<Step>
    private var findings = TornPurchaseFindings()
    /// Purchases in the log, newest first, that are not the torn one.
    private var otherPurchases = 0
    private var isAnyWrong = false
    private var state = State.asking

    /// - Parameter intent: above zero, as it was stored before DEBIT.
    package init(profile: PurseProfile, intent: PurchaseIntent) {
        invariant(intent.transaction.amount > 0, "only a purchase that takes money has an intent")
        self.profile = profile
        self.intent = intent
        inquiry = PurseInquiry(profile.application)
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.asking, _): return asked(inquiry.receive(event))
        case (.checkingTAC(let index), .checked(let check)): return tacChecked(check, index)
        case (.checkingMAC2, .checked(let check)):
            if check == .wrong { isAnyWrong = true }
            return check == .right ? finish(.committed(findings, provenBy: .mac2)) : concludeUnproven()
        default: fatalError("a torn purchase got an event that no action asked for")
        }
    }

    private mutating func asked(_ outcome: PurseInquiry<Step>.Outcome) -> Action {
        switch outcome {
        case .transmit(let command): return .transmit(command)
        case .selected(let information): return compare(information)
        case .otherCard: return finish(.otherCard)
        case .unresolved(let obstacle): return finish(.unresolved(obstacle))
        case .answered(let answer, let step):
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
        case .balance:
            guard isDone else { return refused(answer.status) }
            findings.balance = try PurseBalance(decoding: answer).fen
            return transmit(PurseCommand.readLogRecord(1), .log(1))
        case .log(let number):
            guard isDone, answer.data.count == PurseLogRecord.length else { return logRead() }
            return logged(try PurseLogRecord(decoding: answer), number)
        case .record(let update):
            findings.record = isDone ? TornPurchaseFindings.Record(answer.data, update) : .notReadable
            return askProof(.laterProof)
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

    private mutating func refused(_ status: StatusWord) -> Action {
        finish(.unresolved(TornTransactionObstacle(status)))
    }

    private mutating func collect(_ answer: ResponseAPDU) throws(CardDataError) {
        if let proof = try TransactionProof.given(in: answer) { findings.proofs.append(proof) }
    }

    private mutating func compare(_ information: PublicInformation) -> Action {
        guard information.applicationSerial == intent.information.applicationSerial else { return finish(.otherCard) }
        return transmit(PurseCommand.getBalance, .balance)
    }

    private mutating func logged(_ record: PurseLogRecord, _ number: UInt8) -> Action {
        findings.isLogReadable = true
        if record.records(intent.transaction) {
            findings.logRecord = record
            return logRead()
        }
        if record.isPurchase { otherPurchases += 1 }
        guard number < PurseLogRecord.countMaximum else { return logRead() }
        return transmit(PurseCommand.readLogRecord(number + 1), .log(number + 1))
    }

    private mutating func logRead() -> Action {
        guard let update = intent.compound else { return askProof(.laterProof) }
        return transmit(update.readCommand, .record(update))
    }

    private mutating func askProof(_ step: Step) -> Action {
        let own = intent.initialization.offlineSerial
        let serial = if case .laterProof = step { own &+ 1 } else { own }
        return transmit(PurseCommand.getTransactionProof(type: intent.transaction.type, serial: serial), step)
    }

    private mutating func decide() -> Action {
        let before = Int64(intent.initialization.balanceBefore)
        switch Int64(findings.balance) {
        case before: return askSerial()
        case before - Int64(intent.transaction.amount):
            if findings.logRecord != nil { return finish(.committed(findings, provenBy: .logRecord)) }
            switch findings.record {
            case .ours: return finish(.committed(findings, provenBy: .compoundRecord))
            // Only a later compound purchase could have changed it, and then the balance would be another.
            case .notOurs: return finish(.suspense(findings))
            case .notReadable: return checkTAC(0)
            }
        default:
            if isLoggedBeyondDoubt { return finish(.committed(findings, provenBy: .logRecord)) }
            return lookPastLaterUse()
        }
    }

    /// The card was used since, so its balance says nothing; serial and log may still show that it did not pay.
    private mutating func lookPastLaterUse() -> Action {
        findings.record == .ours || findings.logRecord != nil ? finish(.suspense(findings)) : askSerial()
    }

    /// Whether the log record can be no other purchase's, without the balance to bear it out. Cards log the serial
    /// before or after it is counted: the purchase before, of the same amount in the same second, may bear INITIALIZE's
    /// own serial, never the one after it.
    private var isLoggedBeyondDoubt: Bool {
        findings.logRecord?.serial == intent.initialization.offlineSerial &+ 1
    }

    private mutating func checkTAC(_ index: Int) -> Action {
        guard index < findings.proofs.count else { return checkMAC2() }
        state = .checkingTAC(index)
        return .checkTAC(.purchase(intent.evidence(PurchaseCryptograms(findings.proofs[index]))))
    }

    private mutating func tacChecked(_ check: CryptogramCheck, _ index: Int) -> Action {
        if check == .right { return finish(.committed(findings, provenBy: .tac)) }
        if check == .wrong { isAnyWrong = true }
        return checkTAC(index + 1)
    }

    /// A proof whose TAC is wrong, or one of two, or one beside a log without the purchase, may be another purchase's:
    /// its MAC would count against the secure module.
    private mutating func checkMAC2() -> Action {
        guard !isAnyWrong, !findings.isLogReadable, findings.proofs.count == 1, let mac = findings.proofs.first?.mac
        else {
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
        let command = PurseCommand.initialize(
            type: intent.transaction.type, keyIndex: profile.purchaseKeyIndex, amount: 0,
            terminal: intent.transaction.terminal)
        return transmit(command, .initialize)
    }

    /// Every purchase counts the serial: one that stands still beats a log record, which may be that of the same amount
    /// paid in the same second. With another serial the torn purchase would be among as many of the newest in the log.
    private mutating func confirm(serial: UInt16) -> Action {
        let own = intent.initialization.offlineSerial
        if serial == own { return finish(.notDebited(findings, confirmedBy: .serialUnchanged)) }
        if isLoggedBeyondDoubt { return finish(.committed(findings, provenBy: .logRecord)) }
        let isUnseen = findings.logRecord == nil && findings.record != .ours
        guard isUnseen, serial > own, otherPurchases >= Int(serial - own) else { return finish(.suspense(findings)) }
        return finish(.notDebited(findings, confirmedBy: .logRecordAbsent))
    }

    private mutating func transmit(_ command: CommandAPDU, _ step: Step) -> Action {
        inquiry.ask(command, step)
        state = .asking
        return .transmit(command)
    }

    private mutating func finish(_ result: TornPurchaseResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
