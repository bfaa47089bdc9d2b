import Payments

/// The part of a tap that only reads: identifier, number, and both copies of the purse where one is asked for.
struct MIFAREClassicReading: Sendable {
    /// What comes next.
    enum Step: Sendable {
        case transmit(CommandAPDU)
        /// The card is known. The content is `nil` when no purse was asked for.
        case known(MIFAREClassicIdentity, MIFAREClassicPurseContent?, StorageCardSession)
        /// Not the card that was expected.
        case otherCard
        case failed(MIFAREClassicFailure)
    }

    private enum State: Sendable {
        /// → identity, finished
        case identifier(CardExchange)
        /// → value, finished
        case identity(StorageCardSession, identifier: [UInt8])
        /// → record, finished
        case value(StorageCardSession, MIFAREClassicPurseBlocks.Side)
        /// → value of the other side, finished
        case record(StorageCardSession, MIFAREClassicPurseBlocks.Side, value: [UInt8])
        case finished
    }

    private let profile: MIFAREClassicProfile
    private let purse: MIFAREClassicPurseBlocks?
    private let expected: MIFAREClassicIdentity?
    private var identity: MIFAREClassicIdentity?
    private var content = MIFAREClassicPurseContent()
    private var state = State.finished

    /// - Parameters:
    ///   - purse: `nil` when only the card's number is wanted.
    ///   - expected: `nil` when any card will do.
    init(
        profile: MIFAREClassicProfile, purse: MIFAREClassicPurseBlocks?, expected: MIFAREClassicIdentity? = nil
    ) {
        self.profile = profile
        self.purse = purse
        self.expected = expected
    }

    /// The first command.
    mutating func begin() -> CommandAPDU {
        state = .identifier(CardExchange(CardIdentifier.command))
        return CardIdentifier.command
    }

    mutating func receive(_ event: CardEvent) -> Step {
        switch state {
        case .identifier(let exchange): return identifierAnswered(exchange, event)
        case .identity(let session, let identifier):
            return proceed(session, event, { .identity($0, identifier: identifier) }) {
                $0.identityRead($2, identifier, $1)
            }
        case .value(let session, let side):
            return proceed(session, event, { .value($0, side) }) { $0.valueRead($2, side, $1) }
        case .record(let session, let side, let value):
            return proceed(session, event, { .record($0, side, value: value) }) { $0.recordRead($2, side, value, $1) }
        case .finished: fatalError("a card event came that no action asked for")
        }
    }

    private mutating func identifierAnswered(_ exchange: CardExchange, _ event: CardEvent) -> Step {
        guard case .cardAnswered(let bytes) = event else { return fail(.communicationFailed(nil)) }
        var exchange = exchange
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .identifier(exchange)
            return .transmit(command)
        case .malformed(let error):
            let isCutShort = error.code == .answerTooShort
            return fail(isCutShort ? .communicationFailed(nil) : .malformedAnswer(error, .read))
        case .complete(let answer):
            do throws(CardIdentifier.Unusable) {
                let identifier = try CardIdentifier(decoding: answer).bytes
                if let expected, expected.identifier != identifier { return other() }
                var session = StorageCardSession(identifier: identifier, slot: profile.slot)
                let command = session.begin(.read(profile.identity.block), with: profile.identity.key)
                state = .identity(session, identifier: identifier)
                return .transmit(command)
            } catch {
                return fail(.identifierUnusable(error))
            }
        }
    }

    private mutating func identityRead(
        _ block: [UInt8], _ identifier: [UInt8], _ session: StorageCardSession
    ) -> Step {
        guard let serial = profile.identity.serial(in: block) else { return fail(.identityNotReadable) }
        let identity = MIFAREClassicIdentity(identifier: identifier, serial: serial)
        if let expected, expected != identity { return other() }
        self.identity = identity
        guard purse != nil else { return finish(identity, nil, session) }
        // The backup first: the sector of the primary copy, which is written first, is then the one that is open.
        return readValue(.backup, session)
    }

    private mutating func readValue(
        _ side: MIFAREClassicPurseBlocks.Side, _ session: StorageCardSession
    ) -> Step {
        guard let copy = purse?[side] else { fatalError("a purse is read where one is asked for") }
        var session = session
        let command = session.begin(.read(copy.value), with: copy.key)
        state = .value(session, side)
        return .transmit(command)
    }

    private mutating func valueRead(
        _ block: [UInt8], _ side: MIFAREClassicPurseBlocks.Side, _ session: StorageCardSession
    ) -> Step {
        guard let copy = purse?[side] else { fatalError("a purse is read where one is asked for") }
        var session = session
        let command = session.begin(.read(copy.record), with: copy.key)
        state = .record(session, side, value: block)
        return .transmit(command)
    }

    private mutating func recordRead(
        _ block: [UInt8], _ side: MIFAREClassicPurseBlocks.Side, _ value: [UInt8], _ session: StorageCardSession
    ) -> Step {
        guard let identity else { fatalError("the purse is read after the number") }
        let copy = MIFAREClassicPurseState(value: value, record: block, identifier: identity.identifier)
        switch side {
        case .backup:
            content.backup = copy
            return readValue(.primary, session)
        case .primary:
            content.primary = copy
            return finish(identity, content, session)
        }
    }

    private mutating func proceed(
        _ session: StorageCardSession, _ event: CardEvent, _ same: (StorageCardSession) -> State,
        then next: (inout Self, StorageCardSession, [UInt8]) -> Step
    ) -> Step {
        var session = session
        switch session.receive(event) {
        case .transmit(let command):
            state = same(session)
            return .transmit(command)
        case .done(let block): return next(&self, session, block)
        case .failed(let fault): return fail(failure(MIFAREClassicFailure(fault)))
        }
    }

    /// Once the number is read, a sector that does not open no longer means another kind of card.
    private func failure(_ failure: MIFAREClassicFailure) -> MIFAREClassicFailure {
        switch failure {
        case .keyRefused(let status), .notThisProfile(let status):
            identity == nil ? failure : .purseKeyRefused(status)
        default: failure
        }
    }

    private mutating func other() -> Step {
        state = .finished
        return .otherCard
    }

    private mutating func fail(_ failure: MIFAREClassicFailure) -> Step {
        state = .finished
        return .failed(failure)
    }

    private mutating func finish(
        _ identity: MIFAREClassicIdentity, _ content: MIFAREClassicPurseContent?, _ session: StorageCardSession
    ) -> Step {
        state = .finished
        return .known(identity, content, session)
    }
}
