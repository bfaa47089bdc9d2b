import Payments

/// One tap on a DESFire card (EV2 and later): select, authenticate, read the identity, read the value; then either
/// debit, write the record and commit, or read the records to find out how an earlier debit ended.
///
/// Every action is answered by exactly one event; after `finish` there is nothing more to send. The evidence is stored
/// durably before the commit, the only exchange after which a lost answer leaves the outcome unknown.
///
/// This layer is checked against published vectors and a simulated card of the same authors only: no card of other
/// authorship has answered it.
package struct DESFireDebitMachine: Sendable {
    /// What the tap is for.
    package enum Purpose: Sendable {
        /// Takes the amount of the record, above zero.
        case debit(DESFireDebitRecord)
        /// Finds out how this debit ended, and changes nothing.
        case resolve(DESFireDebitEvidence)
    }

    /// What the driver reports.
    package enum Event: Sendable {
        case started
        /// The card's bytes as they came, of any length.
        case cardAnswered([UInt8])
        /// The exchange with the card failed; whether the card saw the command is not known.
        case cardFailed
        case evidenceStored
        case evidenceNotStored
    }

    /// What the driver does next.
    package enum Action: Sendable, Equatable {
        case transmit(CommandAPDU)
        /// Store this durably before answering: the commit is next.
        case store(DESFireDebitEvidence)
        case finish(DESFireResult)
    }

    private enum State {
        /// → selecting
        case idle
        /// → authenticating, finished
        case selecting(DESFireExchange)
        /// → running, finished
        case authenticating(DESFireAuthentication)
        /// → running with the next step, storing, finished
        case running(DESFireStep, DESFireExchange, DESFireCommunication)
        /// → running commit, finished
        case storing
        case finished
    }

    /// What the card has told so far; each is set before the step that needs it.
    private struct Knowledge {
        var session: DESFireSession
        var identity: [UInt8] = []
        var value: Int32 = 0
        var evidence: DESFireDebitEvidence?
    }

    private let profile: DESFireProfile
    private let purpose: Purpose
    private var authentication: DESFireAuthentication
    private var state = State.idle
    private var knowledge: Knowledge?

    /// - Parameters:
    ///   - key: of this card, already diversified.
    ///   - terminalRandom: RndA, 16 bytes that nobody can foresee, never used before.
    package init(profile: DESFireProfile, key: AESKey, purpose: Purpose, terminalRandom: [UInt8]) {
        if case .debit(let record) = purpose {
            invariant((1...UInt32(Int32.max)).contains(record.amount), "a debit is above zero and fits a value file")
        }
        self.profile = profile
        self.purpose = purpose
        authentication = DESFireAuthentication(
            method: .ev2First, keyNumber: profile.keyNumber, key: key, terminalRandom: terminalRandom)
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: Event) -> Action {
        switch (state, event) {
        case (.idle, .started):
            let exchange = DESFireExchange(.selectApplication(profile.application))
            state = .selecting(exchange)
            return .transmit(exchange.first)
        case (.selecting(let exchange), .cardAnswered(let bytes)): return selectAnswered(exchange, bytes)
        case (.selecting, .cardFailed): return fail(.communicationFailed(.select))
        case (.authenticating, .cardAnswered(let bytes)): return authenticate(.cardAnswered(bytes))
        case (.authenticating, .cardFailed): return fail(.communicationFailed(.authenticate))
        case (.running(let step, let exchange, let communication), .cardAnswered(let bytes)):
            return answered(step, exchange, communication, bytes)
        case (.running(.commit, _, _), .cardFailed): return uncertain(.answerLost)
        case (.running(let step, _, _), .cardFailed): return fail(.communicationFailed(step))
        case (.storing, .evidenceStored):
            return send(.commit, .commitTransaction(returningTransactionMAC: profile.hasTransactionMAC))
        case (.storing, .evidenceNotStored): return fail(.evidenceNotStored)
        default: fatalError("a DESFire event came that no action asked for")
        }
    }

    private mutating func selectAnswered(_ exchange: DESFireExchange, _ bytes: [UInt8]) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .complete(let answer) where answer.status == .success: return authenticate(.started)
        case .complete(let answer) where answer.status == .applicationNotFound: return fail(.notThisProfile)
        case .complete(let answer): return fail(.cardFault(answer.status, .select))
        case .transmit: return fail(.malformedAnswer(DESFireError(.answerInTooManyParts), .select))
        case .malformed(let error) where error.code == .notDESFire: return fail(.notThisProfile)
        case .malformed(let error): return fail(error, at: .select)
        }
    }

    private mutating func authenticate(_ event: DESFireAuthentication.Event) -> Action {
        switch authentication.receive(event) {
        case .transmit(let command):
            state = .authenticating(authentication)
            return .transmit(command)
        case .openedSession(let session):
            knowledge = Knowledge(session: session)
            return send(
                .readIdentity,
                .readData(
                    file: profile.identityFile.number, length: UInt32(profile.identityLength),
                    communication: profile.identityFile.communication))
        case .agreedLegacyKey: fatalError("only an EV2 session was asked for")
        case .refused(let status):
            return fail(status == .authenticationError ? .notAuthenticated : .cardFault(status, .authenticate))
        case .failed(let error) where error.code == .authenticationWrong: return fail(.notAuthenticated)
        case .failed(let error): return fail(error, at: .authenticate)
        }
    }

    private mutating func answered(
        _ step: DESFireStep, _ exchange: DESFireExchange, _ communication: DESFireCommunication, _ bytes: [UInt8]
    ) -> Action {
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .running(step, exchange, communication)
            return .transmit(command)
        case .malformed(let error): return fail(error, at: step)
        case .complete(let answer) where answer.status == .success:
            do throws(DESFireError) {
                return try proceed(step, try open(answer, communication))
            } catch {
                return fail(error, at: step)
            }
        case .complete(let answer): return refused(answer.status, at: step)
        }
    }

    private mutating func proceed(_ step: DESFireStep, _ data: [UInt8]) throws(DESFireError) -> Action {
        switch step {
        case .readIdentity:
            knowledge?.identity = try DESFireAnswer.exactly(Int(profile.identityLength), data, of: "identity")
            return send(
                .getValue,
                .getValue(file: profile.valueFile.number, communication: profile.valueFile.communication))
        case .getValue: return try valueKnown(DESFireAnswer.exactly(4, data, of: "value"))
        case .debit:
            _ = try DESFireAnswer.exactly(0, data, of: "debit")
            return writeRecord()
        case .writeRecord:
            _ = try DESFireAnswer.exactly(0, data, of: "record")
            state = .storing
            return .store(evidence)
        case .commit: return try committed(data)
        case .readRecords: return resolve(records: try DESFireDebitRecord.split(data))
        case .select, .authenticate: fatalError("\(step) has its own state")
        }
    }

    private mutating func valueKnown(_ data: [UInt8]) -> Action {
        let value = Int32(bitPattern: UInt32(littleEndian: data[...]))
        knowledge?.value = value
        switch purpose {
        case .resolve:
            return send(
                .readRecords,
                .readRecords(
                    file: profile.recordFile.number, count: 0, communication: profile.recordFile.communication))
        case .debit(let record):
            guard Int64(value) >= Int64(record.amount) else { return fail(.insufficientValue) }
            let identity = knowledge?.identity ?? []
            knowledge?.evidence = DESFireDebitEvidence(
                application: profile.application, identity: identity, valueBefore: value, record: record)
            return send(
                .debit,
                .debit(
                    file: profile.valueFile.number, amount: record.amount,
                    communication: profile.valueFile.communication))
        }
    }

    private mutating func writeRecord() -> Action {
        send(
            .writeRecord,
            .writeRecord(
                file: profile.recordFile.number, evidence.record.bytes,
                communication: profile.recordFile.communication))
    }

    private mutating func committed(_ data: [UInt8]) throws(DESFireError) -> Action {
        var evidence = evidence
        if profile.hasTransactionMAC {
            evidence.transactionMAC = try DESFireTransactionMAC(decoding: data)
        } else {
            _ = try DESFireAnswer.exactly(0, data, of: "commit")
        }
        return finish(.debited(evidence))
    }

    private mutating func resolve(records: [[UInt8]]) -> Action {
        guard case .resolve(let evidence) = purpose, let knowledge else {
            fatalError("records were read without a debit to resolve")
        }
        return finish(
            .resolved(evidence.resolve(identity: knowledge.identity, value: knowledge.value, records: records)))
    }

    private mutating func refused(_ status: DESFireStatus, at step: DESFireStep) -> Action {
        switch (step, status) {
        case (.commit, _) where !status.provesNothingChanged: uncertain(.status(status))
        // The value's lower limit may lie above zero.
        case (.debit, .boundaryError): fail(.insufficientValue)
        // A record file without any record yet.
        case (.readRecords, .boundaryError): resolve(records: [])
        default: fail(.cardFault(status, step))
        }
    }

    private var evidence: DESFireDebitEvidence {
        guard let evidence = knowledge?.evidence else { fatalError("a debit is under way without its evidence") }
        return evidence
    }

    private mutating func open(
        _ answer: DESFireAnswer, _ communication: DESFireCommunication
    ) throws(DESFireError) -> [UInt8] {
        guard var current = knowledge else { fatalError("a step ran without a session") }
        defer { knowledge = current }
        return try current.session.open(answer, communication: communication)
    }

    private mutating func send(_ step: DESFireStep, _ command: DESFireCommand) -> Action {
        guard let session = knowledge?.session else { fatalError("a step was sent without a session") }
        do throws(DESFireError) {
            let exchange = DESFireExchange(instruction: command.instruction, body: try session.protect(command))
            state = .running(step, exchange, command.communication)
            return .transmit(exchange.first)
        } catch {
            fatalError("a session ended without its machine: \(error)")
        }
    }

    private mutating func fail(_ error: DESFireError, at step: DESFireStep) -> Action {
        // A card that leaves inside an exchange looks like an answer without a status word.
        let isCutShort = error.code == .answerTooShort
        if step == .commit { return uncertain(isCutShort ? .answerLost : .answerMalformed(error)) }
        if isCutShort { return fail(.communicationFailed(step)) }
        return fail(error.code == .messageAuthenticationWrong ? .notAuthentic(step) : .malformedAnswer(error, step))
    }

    private mutating func uncertain(_ reason: DESFireUncertainty) -> Action { finish(.unknown(evidence, reason)) }

    private mutating func fail(_ failure: DESFireFailure) -> Action { finish(.failed(failure)) }

    private mutating func finish(_ result: DESFireResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
