import Payments

/// Asks a card that is presented again whether it took a load: card number, balance, log, transaction proofs, in this
/// order and before INITIALIZE, which may erase the proofs and comes only when nothing else decides. It never credits.
///
/// The log is read back to the record that was the newest before the load, so that the card may have been used
/// elsewhere meanwhile: what came after that record must explain the balance.
package struct TornLoadMachine: CardMachine {
    package typealias Result = TornLoadResult
    package typealias Action = CardAction<TornLoadResult>

    private enum Step {
        case verify
        case balance
        case log(UInt8)
        /// The serial after INITIALIZE's, then INITIALIZE's own.
        case laterProof
        case ownProof
        case initialize
    }

    private enum State {
        /// → checkingTAC, finished
        case asking
        /// → asking, checkingTAC, finished; the proof at this index.
        case checkingTAC(Int)
        case finished
    }

    /// What the card's log says.
    private enum LogFinding {
        /// Nothing, or nothing that reaches back far enough.
        case nothing
        case hasRecord
        /// The records since the load explain the balance, and the load is not among them.
        case lacksRecord
        case contradiction
    }

    private let profile: PurseProfile
    private let evidence: LoadEvidence
    private var pin: CardPIN?
    private var inquiry: PurseInquiry<Step>
    private var isVerified = false
    private var balance: UInt32 = 0
    private var isLogReadable = false
    private var isLogHeadReached = false
    /// Newer than the newest before the load, newest first.
    private var records: [PurseLogRecord] = []
    private var proofs: [TransactionProof] = []
    /// A proof that is not the torn load's was among them.
    private var isAnotherLoadProven = false
    private var state = State.asking

    /// - Parameters:
    ///   - evidence: as it was stored before CREDIT FOR LOAD.
    ///   - pin: opens a log that is closed, and INITIALIZE FOR LOAD; without it some cards leave the question open.
    package init(profile: PurseProfile, evidence: LoadEvidence, pin: CardPIN?) {
        self.profile = profile
        self.evidence = evidence
        inquiry = PurseInquiry(profile.application)
        self.pin = profile.load?.isPINNeeded == true ? pin : nil
    }

    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.asking, _): return asked(inquiry.receive(event))
        case (.checkingTAC(let index), .checked(.right)):
            return finish(.happened(evidence.proven(by: proofs[index].tac), provenBy: .tac))
        case (.checkingTAC(let index), .checked(.wrong)):
            isAnotherLoadProven = true
            proofs.remove(at: index)
            return checkTAC(index)
        case (.checkingTAC(let index), .checked(.notPossible)): return checkTAC(index + 1)
        default: fatalError("a torn load got an event that no action asked for")
        }
    }

    private mutating func compare(_ information: PublicInformation) -> Action {
        guard information.applicationSerial == evidence.information.applicationSerial else {
            return finish(.otherCard)
        }
        guard let pin else { return transmit(PurseCommand.getBalance, .balance) }
        self.pin = nil
        return transmit(pin.command, .verify, isRepeatable: false)
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
        case .verify:
            isVerified = isDone
            return transmit(PurseCommand.getBalance, .balance)
        case .balance:
            guard isDone else { return refused(answer.status) }
            balance = try PurseBalance(decoding: answer).fen
            return transmit(PurseCommand.readLogRecord(1), .log(1))
        case .log(let number): return try logAnswered(answer, number)
        case .laterProof:
            try collect(answer)
            return askProof(.ownProof)
        case .ownProof:
            try collect(answer)
            return checkTAC(0)
        case .initialize:
            guard isDone else { return refused(answer.status) }
            return conclude(serial: try LoadInitialization(decoding: answer).onlineSerial)
        }
    }

    private mutating func refused(_ status: StatusWord) -> Action {
        finish(.unresolved(TornTransactionObstacle(status)))
    }

    private mutating func logAnswered(_ answer: ResponseAPDU, _ number: UInt8) throws(CardDataError) -> Action {
        guard answer.status == .success, answer.data.count == PurseLogRecord.length else {
            if answer.status == .recordNotFound {
                isLogReadable = true
                isLogHeadReached = evidence.logHead == .empty
            }
            return askProof(.laterProof)
        }
        isLogReadable = true
        let record = try PurseLogRecord(decoding: answer)
        isLogHeadReached = evidence.logHead == .record(record)
        guard !isLogHeadReached else { return askProof(.laterProof) }
        records.append(record)
        guard number < PurseLogRecord.countMaximum else { return askProof(.laterProof) }
        return transmit(PurseCommand.readLogRecord(number + 1), .log(number + 1))
    }

    private mutating func askProof(_ step: Step) -> Action {
        let own = evidence.initialization.onlineSerial
        let serial = if case .laterProof = step { own &+ 1 } else { own }
        return transmit(PurseCommand.getTransactionProof(type: PurseTransaction.loadType, serial: serial), step)
    }

    private mutating func collect(_ answer: ResponseAPDU) throws(CardDataError) {
        if let proof = try TransactionProof.given(in: answer) { proofs.append(proof) }
    }

    private mutating func checkTAC(_ index: Int) -> Action {
        guard index < proofs.count else { return decide() }
        state = .checkingTAC(index)
        return .checkTAC(.load(evidence.proven(by: proofs[index].tac)))
    }

    private mutating func decide() -> Action {
        switch logFinding {
        case .hasRecord: happened(.logRecord)
        case .lacksRecord: finish(.didNotHappen(confirmedBy: .logRecordAbsent))
        case .contradiction: finish(.undetermined)
        case .nothing: askSerial()
        }
    }

    private var logFinding: LogFinding {
        let isLogged = records.contains { $0.records(evidence.transaction) }
        var expected: Int64? = isLogHeadReached ? Int64(evidence.initialization.balanceBefore) : nil
        for record in records { expected = expected.flatMap { sum in record.purseChange.map { sum + $0 } } }
        guard let expected else { return isLogged ? .hasRecord : .nothing }
        guard expected == Int64(balance) else { return isLogged ? .contradiction : .nothing }
        return isLogged ? .hasRecord : .lacksRecord
    }

    /// A single proof that nobody found wrong is the load's own; of two, one belongs to another load.
    private mutating func happened(_ proof: TornLoadProof) -> Action {
        let tac = proofs.count == 1 ? proofs.first?.tac : nil
        return finish(.happened(tac.map { evidence.proven(by: $0) } ?? evidence, provenBy: proof))
    }

    /// Whether the balance speaks for the load, and nothing that could be read speaks against it.
    private var isBalanceTrusted: Bool {
        balance == evidence.balanceAfter && !isLogReadable && !isAnotherLoadProven
    }

    /// Everything that INITIALIZE could erase has been read. One fen and without CREDIT, it only shows the serial.
    private mutating func askSerial() -> Action {
        guard let load = profile.load else { return finish(.undetermined) }
        guard isVerified || !load.isPINNeeded else {
            return isBalanceTrusted ? happened(.balance) : finish(.unresolved(.pinNeeded))
        }
        let command = PurseCommand.initializeForLoad(
            keyIndex: load.keyIndex, amount: 1, terminal: evidence.transaction.terminal)
        return transmit(command, .initialize)
    }

    private mutating func conclude(serial: UInt16) -> Action {
        let own = evidence.initialization.onlineSerial
        if serial == own { return finish(.didNotHappen(confirmedBy: .serialUnchanged)) }
        return serial == own &+ 1 && isBalanceTrusted ? happened(.balance) : finish(.undetermined)
    }

    private mutating func transmit(_ command: CommandAPDU, _ step: Step, isRepeatable: Bool = true) -> Action {
        inquiry.ask(command, step, isRepeatable: isRepeatable)
        state = .asking
        return .transmit(command)
    }

    private mutating func finish(_ result: TornLoadResult) -> Action {
        pin = nil
        state = .finished
        return .finish(result)
    }
}
