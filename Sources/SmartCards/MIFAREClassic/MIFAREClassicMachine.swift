import Payments

/// One tap on a MIFARE Classic card: reads its number and, above amount zero, debits its purse.
///
/// Nothing is written before the intent is durable. Then the copy of the purse that does not speak for the card is
/// written first: until its last block is whole, the other copy still says the old balance; from then on the new one
/// wins. A copy that an earlier tear left behind is made good by the same two writes.
package struct MIFAREClassicMachine: CardMachine {
    package typealias Result = MIFAREClassicResult
    package typealias Action = CardAction<MIFAREClassicResult>

    /// The purse of the card on the reader, as it was read.
    private struct Purse: Sendable {
        let blocks: MIFAREClassicPurseBlocks
        let identity: MIFAREClassicIdentity
        let authoritative: MIFAREClassicPurseBlocks.Side
        let state: MIFAREClassicPurseState
        let session: StorageCardSession
    }

    private enum State: Sendable {
        /// → reading
        case idle
        /// → admitting, finished
        case reading(MIFAREClassicReading)
        /// → drawing, finished
        case admitting(Purse)
        /// → persisting
        case drawing(Purse)
        /// → debiting, finished
        case persisting(Purse, MIFAREClassicEvidence)
        /// → copying, finished
        case debiting(Purse, MIFAREClassicEvidence, MIFAREClassicCopyWriting)
        /// → finished
        case copying(MIFAREClassicEvidence, MIFAREClassicCopyWriting)
        case finished
    }

    private let profile: MIFAREClassicProfile
    private let amount: UInt32
    private let terminal: TerminalID
    private let time: CalendarTime
    private let isPurseAllowed: Bool
    private var state = State.idle

    /// - Parameters:
    ///   - amount: in fen. Above zero only for a profile whose tender is the purse.
    ///   - time: local date and time.
    ///   - dialect: what the reader is known to speak; `nil` for an unknown reader, which only reads.
    package init(
        profile: MIFAREClassicProfile, amount: UInt32, terminal: TerminalID, time: CalendarTime,
        dialect: ValueDialect?
    ) {
        invariant(amount == 0 || profile.tender == .purse, "only a purse that pays is debited")
        self.profile = profile
        self.amount = amount
        self.terminal = terminal
        self.time = time
        isPurseAllowed = dialect?.allowsPurse ?? false
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started):
            var reading = MIFAREClassicReading(
                profile: profile, purse: amount > 0 && isPurseAllowed ? profile.purse : nil)
            let command = reading.begin()
            state = .reading(reading)
            return .transmit(command)
        case (.reading(let reading), .cardAnswered), (.reading(let reading), .cardFailed): return read(reading, event)
        case (.admitting(let purse), .admitted):
            state = .drawing(purse)
            return .drawRandom(count: MIFAREClassicPurseState.markLength)
        case (.admitting, .notAdmitted): return finish(.failed(.notAdmitted))
        case (.drawing(let purse), .random(let mark)): return persist(purse, mark)
        case (.persisting(let purse, let evidence), .intentPersisted): return debit(purse, evidence)
        case (.persisting, .intentFailed): return finish(.failed(.intentNotStored))
        case (.debiting(let purse, let evidence, let writing), .cardAnswered),
            (.debiting(let purse, let evidence, let writing), .cardFailed):
            return debited(purse, evidence, writing, event)
        case (.copying(let evidence, let writing), .cardAnswered), (.copying(let evidence, let writing), .cardFailed):
            return copied(evidence, writing, event)
        default: fatalError("a MIFARE Classic event came that no action asked for")
        }
    }

    private mutating func read(_ reading: MIFAREClassicReading, _ event: CardEvent) -> Action {
        var reading = reading
        switch reading.receive(event) {
        case .transmit(let command):
            state = .reading(reading)
            return .transmit(command)
        case .failed(let failure): return finish(.failed(failure))
        case .otherCard: fatalError("no particular card was expected")
        case .known(let identity, let content, let session):
            guard amount > 0 else { return finish(.identified(identity)) }
            guard isPurseAllowed, let blocks = profile.purse else { return finish(.failed(.readerNotKnown)) }
            guard let content, let side = content.authoritative, let current = content[side] else {
                return finish(.failed(.purseDamaged))
            }
            guard amount <= current.balance else { return finish(.failed(.insufficientBalance)) }
            state = .admitting(
                Purse(blocks: blocks, identity: identity, authoritative: side, state: current, session: session))
            return .admit(CardEvidence(card: identity.card, proof: .unproven, limits: profile.limits))
        }
    }

    private mutating func persist(_ purse: Purse, _ mark: [UInt8]) -> Action {
        let evidence = MIFAREClassicEvidence(
            identity: purse.identity, before: purse.state, amount: amount, terminal: terminal, mark: mark, time: time)
        state = .persisting(purse, evidence)
        return .persistIntent(.mifareClassic(evidence))
    }

    private mutating func debit(_ purse: Purse, _ evidence: MIFAREClassicEvidence) -> Action {
        var writing = MIFAREClassicCopyWriting(
            evidence.stateAfter, to: purse.blocks[purse.authoritative.other],
            identifier: purse.identity.identifier, session: purse.session)
        let command = writing.begin()
        state = .debiting(purse, evidence, writing)
        return .transmit(command)
    }

    private mutating func debited(
        _ purse: Purse, _ evidence: MIFAREClassicEvidence, _ writing: MIFAREClassicCopyWriting, _ event: CardEvent
    ) -> Action {
        var writing = writing
        switch writing.receive(event) {
        case .transmit(let command):
            state = .debiting(purse, evidence, writing)
            return .transmit(command)
        case .notWritten(let fault) where fault.stage != .write:
            // The sector opened a moment ago: it is not the key.
            return finish(.failed(.communicationFailed(fault.stage)))
        case .notWritten(let fault): return finish(.failed(MIFAREClassicFailure(fault)))
        case .uncertain(let fault): return finish(.unknown(evidence, MIFAREClassicUncertainty(fault)))
        case .readBackDiffers: return finish(.unknown(evidence, .readBackDiffers))
        case .done(let session):
            var second = MIFAREClassicCopyWriting(
                evidence.stateAfter, to: purse.blocks[purse.authoritative],
                identifier: purse.identity.identifier, session: session)
            let command = second.begin()
            state = .copying(evidence, second)
            return .transmit(command)
        }
    }

    /// The debit is made. A second copy that could not be written is behind or broken; the next tap writes it first.
    private mutating func copied(
        _ evidence: MIFAREClassicEvidence, _ writing: MIFAREClassicCopyWriting, _ event: CardEvent
    ) -> Action {
        var writing = writing
        guard case .transmit(let command) = writing.receive(event) else { return finish(.purchased(evidence)) }
        state = .copying(evidence, writing)
        return .transmit(command)
    }

    private mutating func finish(_ result: MIFAREClassicResult) -> Action {
        state = .finished
        return .finish(result)
    }
}

extension MIFAREClassicUncertainty {
    init(_ fault: StorageCardFault) {
        switch fault.cause {
        case .communicationFailed: self = .answerLost
        case .malformed: self = .answerMalformed
        case .status(let status): self = .status(status)
        }
    }
}

extension ValueDialect {
    /// Whether a purse is written through such a reader. The value commands of the OMNIKEY 5023 are not known in full,
    /// so nobody could check or repair what another terminal wrote with them: it only reads.
    package var allowsPurse: Bool { self != .omnikey5023 }
}
