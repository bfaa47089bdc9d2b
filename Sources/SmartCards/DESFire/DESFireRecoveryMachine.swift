import Payments

/// Asks a card that is presented again whether a debit took place whose commit was not answered. Changes nothing.
///
/// The card keeps record and debit together, so our record is proof by itself, whatever happened to the value since.
/// Without it, only an unchanged value means that nothing was debited; anything else is left open.
package struct DESFireRecoveryMachine: CardMachine {
    package typealias Result = DESFireRecoveryResult
    package typealias Action = CardAction<DESFireRecoveryResult>

    private enum State {
        /// → opening
        case idle
        /// → running, finished
        case opening(DESFireOpening)
        /// → running with the next step, finished
        case running(DESFireStep, DESFireExchange)
        case finished
    }

    /// Records of one answer: encrypted and with their code they fit a short answer of 256 bytes.
    private static let recordsAtOnce: UInt32 = 14

    private let profile: DESFireProfile
    private let purse: DESFireProfile.Purse
    private let evidence: DESFireDebitEvidence
    private var card: DESFireCard?
    private var value: Int32 = 0
    /// Present records, and how many of them have been read, newest first.
    private var recordCount: UInt32 = 0
    private var recordsRead: UInt32 = 0
    private var state = State.idle

    /// `nil` when the profile has no purse, or another application than the evidence.
    ///
    /// - Parameter evidence: as it was stored before the commit.
    package init?(profile: DESFireProfile, evidence: DESFireDebitEvidence) {
        guard let purse = profile.purse, profile.application == evidence.application,
            purse.valueFile.number == evidence.valueFile, purse.recordFile.number == evidence.recordFile,
            profile.needsUID || evidence.identity != nil
        else { return nil }
        self.profile = profile
        self.purse = purse
        self.evidence = evidence
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started): return open(DESFireOpening(profile: profile), event)
        case (.opening(let opening), _): return open(opening, event)
        case (.running(let step, let exchange), .cardAnswered(let bytes)): return answered(step, exchange, bytes)
        case (.running(.readTransactionMAC, _), .cardFailed): return finish(.happened(evidence))
        case (.running(let step, _), .cardFailed): return finish(.unresolved(.communicationFailed(step)))
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
            case .failed(.notThisProfile): finish(.otherCard)
            case .failed(let failure): finish(.unresolved(failure))
            }
        }
    }

    private mutating func opened(_ card: DESFireCard) -> Action {
        self.card = card
        if let uid = card.uid, let expected = evidence.uid, uid != expected { return finish(.otherCard) }
        guard let identity = evidence.identity else { return askValue() }
        let communication =
            if case .file(let file, _) = profile.identity { file.communication } else {
                DESFireCommunication.plain
            }
        return send(
            .readIdentity,
            .readData(file: identity.file, length: UInt32(identity.bytes.count), communication: communication))
    }

    private mutating func askValue() -> Action {
        send(.getValue, .getValue(file: purse.valueFile.number, communication: purse.valueFile.communication))
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
        case .complete where step == .readTransactionMAC: return finish(.happened(evidence))
        case .complete(let answer): return finish(.unresolved(.cardFault(answer.status, step)))
        }
    }

    private mutating func proceed(_ step: DESFireStep, _ data: [UInt8]) throws(DESFireError) -> Action {
        switch step {
        case .readIdentity:
            guard data == evidence.identity?.bytes else { return finish(.otherCard) }
            return askValue()
        case .getValue:
            let bytes = try DESFireAnswer.exactly(4, data, of: "value")
            value = Int32(bitPattern: UInt32(littleEndian: bytes[...]))
            return send(.getRecordSettings, .getFileSettings(file: purse.recordFile.number))
        case .getRecordSettings:
            guard
                case .records(UInt32(DESFireDebitRecord.length), _, let count, _) =
                    try DESFireFileSettings(decoding: data).content
            else { throw DESFireError(.fileSettingsMalformed, detail: "record file") }
            recordCount = count
            return readOn()
        case .readRecords: return try read(data)
        case .readTransactionMAC:
            var complete = evidence
            complete.transactionMAC = try DESFireTransactionMAC(decoding: data)
            return finish(.happened(complete))
        default: fatalError("\(step) is no step of a recovery")
        }
    }

    private mutating func readOn() -> Action {
        guard recordsRead < recordCount else {
            return finish(value == evidence.valueBefore ? .didNotHappen : .undecided(value: value))
        }
        return send(
            .readRecords,
            .readRecords(
                file: purse.recordFile.number, from: recordsRead, count: nextCount,
                recordLength: DESFireDebitRecord.length, communication: purse.recordFile.communication))
    }

    private var nextCount: UInt32 { min(recordCount - recordsRead, Self.recordsAtOnce) }

    private mutating func read(_ data: [UInt8]) throws(DESFireError) -> Action {
        let length = DESFireDebitRecord.length
        let data = try DESFireAnswer.exactly(Int(nextCount) * length, data, of: "records")
        let records = stride(from: 0, to: data.count, by: length).map { Array(data[$0..<$0 + length]) }
        guard records.contains(evidence.record.bytes) else {
            recordsRead += nextCount
            return readOn()
        }
        let isNewest = recordsRead == 0 && records.last == evidence.record.bytes
        // The file holds the proof of the last transaction only.
        guard isNewest, evidence.transactionMAC == nil, evidence.messaging == .ev2, let file = purse.transactionMACFile
        else { return finish(.happened(evidence)) }
        return send(
            .readTransactionMAC,
            .readData(
                file: file.number, length: UInt32(DESFireTransactionMAC.length), communication: file.communication))
    }

    private mutating func send(_ step: DESFireStep, _ command: DESFireCommand) -> Action {
        do throws(DESFireError) {
            guard let exchange = try card?.channel.send(command) else { fatalError("a step without a session") }
            state = .running(step, exchange)
            return .transmit(exchange.first)
        } catch {
            return fail(error, at: step)
        }
    }

    /// What was found before the proof was asked for stands without it.
    private mutating func fail(_ error: DESFireError, at step: DESFireStep) -> Action {
        finish(step == .readTransactionMAC ? .happened(evidence) : .unresolved(DESFireFailure(error, at: step)))
    }

    private mutating func finish(_ result: DESFireRecoveryResult) -> Action {
        state = .finished
        return .finish(result)
    }
}

/// What the card that is shown again says about a debit whose commit was not answered.
package enum DESFireRecoveryResult: Sendable, Equatable {
    /// The card holds our record. The evidence has the card's proof where the card still gave it.
    case happened(DESFireDebitEvidence)
    case didNotHappen
    /// The value changed and our record is not there: the card was used elsewhere since. For the issuer to decide.
    case undecided(value: Int32)
    /// Not the card of this debit.
    case otherCard
    /// The card could not be asked to the end; it must be presented again.
    case unresolved(DESFireFailure)
}
