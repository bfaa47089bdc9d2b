import Payments

/// Asks a card that is presented again whether a debit took place. It changes no money.
///
/// A block that was torn may read differently the next time. So before the answer is given, the copy of the purse that
/// does not speak for the card is written over with the one that does.
package struct MIFAREClassicRecoveryMachine: CardMachine {
    package typealias Result = MIFAREClassicRecoveryResult
    package typealias Action = CardAction<MIFAREClassicRecoveryResult>

    private enum State: Sendable {
        /// → reading
        case idle
        /// → settling, finished
        case reading(MIFAREClassicReading)
        /// → finished
        case settling(MIFAREClassicCopyWriting, MIFAREClassicRecoveryResult)
        case finished
    }

    private let profile: MIFAREClassicProfile
    private let blocks: MIFAREClassicPurseBlocks
    private let evidence: MIFAREClassicEvidence
    private let isWritingAllowed: Bool
    private var state = State.idle

    /// `nil` when the profile has no purse.
    ///
    /// - Parameters:
    ///   - evidence: as it was stored before the first write.
    ///   - dialect: what the reader is known to speak; with `nil` the card is only read, and a torn copy stays.
    package init?(profile: MIFAREClassicProfile, evidence: MIFAREClassicEvidence, dialect: ValueDialect?) {
        guard let blocks = profile.purse else { return nil }
        self.profile = profile
        self.blocks = blocks
        self.evidence = evidence
        isWritingAllowed = dialect?.allowsPurse ?? false
    }

    /// Takes one event and gives the one thing to do next.
    package mutating func receive(_ event: CardEvent) -> Action {
        switch (state, event) {
        case (.idle, .started):
            var reading = MIFAREClassicReading(profile: profile, purse: blocks, expected: evidence.identity)
            let command = reading.begin()
            state = .reading(reading)
            return .transmit(command)
        case (.reading(let reading), .cardAnswered), (.reading(let reading), .cardFailed): return read(reading, event)
        case (.settling(let writing, let result), .cardAnswered), (.settling(let writing, let result), .cardFailed):
            return settled(writing, result, event)
        default: fatalError("a MIFARE Classic event came that no action asked for")
        }
    }

    private mutating func read(_ reading: MIFAREClassicReading, _ event: CardEvent) -> Action {
        var reading = reading
        switch reading.receive(event) {
        case .transmit(let command):
            state = .reading(reading)
            return .transmit(command)
        case .otherCard: return finish(.otherCard)
        case .failed(let failure): return finish(.unresolved(failure))
        case .known(let identity, let content, let session):
            guard let content, let side = content.authoritative, let current = content[side] else {
                return finish(.undetermined)
            }
            let result = decide(content, current)
            guard isWritingAllowed, !content.isSettled, result != .undetermined else { return finish(result) }
            var writing = MIFAREClassicCopyWriting(
                current, to: blocks[side.other], identifier: identity.identifier, session: session)
            let command = writing.begin()
            state = .settling(writing, result)
            return .transmit(command)
        }
    }

    /// The sequence of a debit that did not take place is the next transaction's, so whoever has it decides.
    private func decide(
        _ content: MIFAREClassicPurseContent, _ current: MIFAREClassicPurseState
    ) -> MIFAREClassicRecoveryResult {
        let after = evidence.stateAfter
        if current.sequence == evidence.sequenceBefore {
            return current.balance == evidence.balanceBefore ? .didNotHappen : .undetermined
        }
        let holders = [content.primary, content.backup].compactMap { $0 }
        guard let holder = holders.first(where: { $0.sequence == after.sequence }) else { return .undetermined }
        return holder == after ? .happened : .didNotHappen
    }

    private mutating func settled(
        _ writing: MIFAREClassicCopyWriting, _ result: MIFAREClassicRecoveryResult, _ event: CardEvent
    ) -> Action {
        var writing = writing
        switch writing.receive(event) {
        case .transmit(let command):
            state = .settling(writing, result)
            return .transmit(command)
        case .done: return finish(result)
        case .notWritten(let fault), .uncertain(let fault): return finish(.unresolved(MIFAREClassicFailure(fault)))
        case .readBackDiffers: return finish(.unresolved(.purseDamaged))
        }
    }

    private mutating func finish(_ result: MIFAREClassicRecoveryResult) -> Action {
        state = .finished
        return .finish(result)
    }
}
