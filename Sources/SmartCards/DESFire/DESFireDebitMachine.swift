import Payments

/// One tap on a DESFire card: open a session, read who it is, and for its purse read the value, debit, write the record
/// and commit.
///
/// Amount 0 moves no money: the card is known and has proved that it holds its key. Above zero the card must be
/// admitted before anything changes, and the commit, the only exchange after which a lost answer leaves the outcome
/// unknown, waits until its intent is durable.
package struct DESFireDebitMachine: CardMachine {
    package typealias Result = DESFireResult
    package typealias Action = CardAction<DESFireResult>

    private enum State {
        /// → opening
        case idle
        /// → running, admitting, finished
        case opening(DESFireOpening)
        /// → running with the next step, admitting, persisting, finished
        case running(DESFireStep, DESFireExchange)
        /// → drawing, finished
        case admitting(Int32)
        /// → running debit
        case drawing(Int32)
        /// → running commit, finished
        case persisting
        case finished
    }

    private let profile: DESFireProfile
    private let amount: UInt32
    private let terminal: TerminalID
    private var card: DESFireCard?
    private var identity: [UInt8]?
    private var evidence: DESFireDebitEvidence?
    private var state = State.idle

    /// - Parameter amount: in fen, up to 2,147,483,647. Above zero only for a profile with a purse.
    package init(profile: DESFireProfile, amount: UInt32, terminal: TerminalID) {
        invariant(amount <= UInt32(Int32.max), "a DESFire value is a signed number of 32 bits")
        invariant(amount == 0 || profile.purse != nil, "a DESFire purse is debited through its files")
        self.profile = profile
        self.amount = amount
        self.terminal = terminal
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return open(DESFireOpening(profile: profile), event)
        case (.opening(let opening), _): return open(opening, event)
        case (.running(let step, let exchange), .cardAnswered(let bytes)): return answered(step, exchange, bytes)
        case (.running(.commit, _), .cardFailed): return uncertain(.answerLost)
        case (.running(let step, _), .cardFailed): return fail(.communicationFailed(step))
        case (.admitting(let value), .admitted):
            state = .drawing(value)
            return .drawRandom(count: DESFireDebitRecord.markLength)
        case (.admitting, .notAdmitted): return fail(.notAdmitted)
        case (.drawing(let value), .random(let mark)): return debit(value, mark)
        case (.persisting, .intentPersisted):
            return send(.commit, .commitTransaction(returningTransactionMAC: isProving))
        case (.persisting, .intentFailed): return fail(.intentNotStored)
        default: fatalError("a DESFire event came that no action asked for")
        }
    }

    private mutating func open(_ opening: DESFireOpening, _ event: CardEvent) -> Action {
        var opening = opening
        let action = opening.receive(event)
        state = .opening(opening)
        return action.inside { outcome in
            switch outcome {
            case .opened(let card): opened(card)
            case .failed(let failure): fail(failure)
            }
        }
    }

    private mutating func opened(_ card: DESFireCard) -> Action {
        self.card = card
        guard case .file(let file, let length) = profile.identity else { return known() }
        return send(
            .readIdentity,
            .readData(file: file.number, length: UInt32(length), communication: file.communication))
    }

    private mutating func answered(_ step: DESFireStep, _ exchange: DESFireExchange, _ bytes: [UInt8]) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .running(step, exchange)
            return .transmit(command)
        case .malformed(let error): return fail(error, at: step)
        case .complete(let answer) where answer.status == .success:
            do throws(DESFireError) {
                guard let data = try card?.channel.open(answer) else { fatalError("a step ran without a session") }
                return try proceed(step, data)
            } catch {
                return fail(error, at: step)
            }
        case .complete(let answer): return refused(answer.status, at: step)
        }
    }

    private mutating func proceed(_ step: DESFireStep, _ data: [UInt8]) throws(DESFireError) -> Action {
        switch step {
        case .readIdentity:
            guard case .file(_, let length) = profile.identity else { fatalError("an identity without a file") }
            identity = try DESFireAnswer.exactly(Int(length), data, of: "identity")
            return known()
        case .getValue:
            let bytes = try DESFireAnswer.exactly(4, data, of: "value")
            return valueKnown(Int32(bitPattern: UInt32(littleEndian: bytes[...])))
        case .debit:
            _ = try DESFireAnswer.exactly(0, data, of: "debit")
            return send(
                .writeRecord,
                .writeRecord(
                    file: purse.recordFile.number, intent.record.bytes, communication: purse.recordFile.communication))
        case .writeRecord:
            _ = try DESFireAnswer.exactly(0, data, of: "record")
            state = .persisting
            return .persistIntent(.desfireDebit(intent))
        case .commit: return try committed(data)
        default: fatalError("\(step) is no step of a debit")
        }
    }

    private mutating func known() -> Action {
        guard amount > 0 else { return finish(.identified(cardID)) }
        return send(
            .getValue, .getValue(file: purse.valueFile.number, communication: purse.valueFile.communication))
    }

    private mutating func valueKnown(_ value: Int32) -> Action {
        guard Int64(value) >= Int64(amount) else { return fail(.insufficientValue) }
        state = .admitting(value)
        return .admit(CardEvidence(card: cardID, proof: .proven, limits: profile.limits))
    }

    private mutating func debit(_ value: Int32, _ mark: [UInt8]) -> Action {
        var content: DESFireDebitEvidence.FileContent?
        if case .file(let file, _) = profile.identity, let identity {
            content = DESFireDebitEvidence.FileContent(file: file.number, bytes: identity)
        }
        guard let card else { fatalError("a debit without a session") }
        evidence = DESFireDebitEvidence(
            messaging: card.channel.messaging, uid: card.uid, application: profile.application, identity: content,
            valueFile: purse.valueFile.number, valueBefore: value, recordFile: purse.recordFile.number,
            record: DESFireDebitRecord(terminal: terminal, mark: mark, amount: amount))
        return send(
            .debit,
            .debit(file: purse.valueFile.number, amount: amount, communication: purse.valueFile.communication))
    }

    private mutating func committed(_ data: [UInt8]) throws(DESFireError) -> Action {
        var evidence = intent
        if isProving {
            evidence.transactionMAC = try DESFireTransactionMAC(decoding: data)
        } else {
            _ = try DESFireAnswer.exactly(0, data, of: "commit")
        }
        return finish(.debited(evidence))
    }

    private mutating func refused(_ status: DESFireStatus, at step: DESFireStep) -> Action {
        switch (step, status) {
        case (.commit, _) where !status.provesNothingChanged: uncertain(.status(status))
        // The value's lower limit may lie above zero.
        case (.debit, .boundaryError): fail(.insufficientValue)
        default: fail(.cardFault(status, step))
        }
    }

    /// Whether the card makes a transaction MAC.
    private var isProving: Bool { purse.transactionMACFile != nil && card?.channel.messaging == .ev2 }

    private var purse: DESFireProfile.Purse {
        guard let purse = profile.purse else { fatalError("a debit without the purse's files") }
        return purse
    }

    private var cardID: CardID { DESFireDebitEvidence.card(uid: card?.uid, identity: identity) }

    private var intent: DESFireDebitEvidence {
        guard let evidence else { fatalError("a debit is under way without its evidence") }
        return evidence
    }

    private mutating func send(_ step: DESFireStep, _ command: DESFireCommand) -> Action {
        do throws(DESFireError) {
            guard let exchange = try card?.channel.send(command) else { fatalError("a step without a session") }
            state = .running(step, exchange)
            return .transmit(exchange.first)
        } catch {
            // The card has been driven to the end of its session's counter; nothing was sent.
            return fail(.malformedAnswer(error, step))
        }
    }

    private mutating func fail(_ error: DESFireError, at step: DESFireStep) -> Action {
        guard step == .commit else { return fail(DESFireFailure(error, at: step)) }
        switch error.code {
        case .answerTooShort: return uncertain(.answerLost)
        case .messageAuthenticationWrong: return uncertain(.notAuthentic)
        default: return uncertain(.answerMalformed(error))
        }
    }

    private mutating func uncertain(_ reason: DESFireUncertainty) -> Action { finish(.unknown(intent, reason)) }

    private mutating func fail(_ failure: DESFireFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: DESFireResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
